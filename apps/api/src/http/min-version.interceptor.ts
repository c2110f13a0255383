import type { DocumentStore, EventStore, StreamRef } from '@caisson/event-sourcing';
import { operationOf, principalOf, takeMinVersion, type HttpProblem } from '@caisson/http';
import type { Clock } from '@caisson/kernel';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { READ_STREAMS, type ReadStream } from '../queries/read-streams.js';
import { apiProblem } from './api-problems.js';

/** How long a read waits for what it must have seen; shorter than callers wait for an answer. */
export const MIN_VERSION_WAIT_MS = 5_000;

/** Pause between two looks at a version. */
const LOOK_EVERY_MS = 100;

/** Reads that wait at once in one process; one more is told at once how far its stream is. */
const WAITING_MAX = 200;

/** Ids are not checked before this: what is none names no stream. */
const NAMEABLE = /^[\x21-\x7e]{0,200}$/;

const RETRY_AFTER_S = '1';

/** What the interceptor works with. */
export interface MinVersionOptions {
  readonly store: Pick<EventStore, 'versions'>;
  readonly documents: DocumentStore;
  readonly clock: Clock;
  /** Default `MIN_VERSION_WAIT_MS`. */
  readonly waitMs?: number;
}

/**
 * Keeps a read with `minVersion` from answering with what is older. Read models are written with the facts, so what has
 * reached the stream has reached the answer. Who watches a thing can wait here for its next change, too.
 */
export class MinVersionInterceptor implements NestInterceptor {
  private waiting = 0;

  constructor(private readonly options: MinVersionOptions) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const kind = context.getType() === 'http' ? operationOf(context.getHandler())?.readsStream : undefined;
    if (kind === undefined) return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const minVersion = takeMinVersion(request.query as Record<string, unknown>);
    const stream = minVersion === undefined ? undefined : await this.streamOf(kind as ReadStream, request);
    if (minVersion !== undefined && stream !== undefined) await this.reachInTurn(stream, minVersion);
    return next.handle();
  }

  private async streamOf(kind: ReadStream, request: FastifyRequest): Promise<StreamRef | undefined> {
    const { tenantId = '' } = principalOf(request) ?? {};
    const [id = ''] = Object.values(request.params as Record<string, string>);
    if (!NAMEABLE.test(id)) return undefined;
    const streamId = await READ_STREAMS[kind]({ tenantId, id }, this.options.documents);
    return streamId === undefined ? undefined : { tenantId, streamId };
  }

  private async reachInTurn(stream: StreamRef, minVersion: number): Promise<void> {
    const { waitMs = MIN_VERSION_WAIT_MS } = this.options;
    const mayWait = this.waiting < WAITING_MAX;
    this.waiting += 1;
    try {
      await this.reach(stream, minVersion, mayWait ? waitMs : 0);
    } finally {
      this.waiting -= 1;
    }
  }

  /** A stream that is not there is for the handler to refuse: it says what is missing. */
  private async reach(stream: StreamRef, minVersion: number, waitMs: number): Promise<void> {
    const { clock, store } = this.options;
    const deadlineMs = clock.monotonicMs() + waitMs;
    for (;;) {
      const [version = 0] = await store.versions([stream]);
      if (version === 0 || version >= minVersion) return;
      const leftMs = deadlineMs - clock.monotonicMs();
      if (leftMs <= 0) throw versionNotReached(stream.streamId, version, minVersion);
      await clock.sleep(Math.min(leftMs, LOOK_EVERY_MS));
    }
  }
}

/** What is said of a version that a stream has not reached. */
export function versionNotReached(stream: string, version: number, wanted: number): HttpProblem {
  return apiProblem('version-not-reached', {
    detail: `The stream ${stream} is at version ${version}, not yet at ${wanted}. Ask again, or for a version it has.`,
    headers: { 'retry-after': RETRY_AFTER_S },
    members: { stream, version },
  });
}
