import type { DocumentStore, StreamRef } from '@caisson/event-sourcing';
import { operationOf, principalOf, takeMinVersion } from '@caisson/http';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { READ_STREAMS, type ReadStream } from '../queries/read-streams.js';
import { VersionWaits, type VersionWaitsOptions } from './version-waits.js';

/** Ids are not checked before this: what is none names no stream. */
const NAMEABLE = /^[\x21-\x7e]{0,200}$/;

/** What the interceptor works with. */
export interface MinVersionOptions extends VersionWaitsOptions {
  readonly documents: DocumentStore;
}

/**
 * Keeps a read with `minVersion` from answering with what is older. Read models are written with the facts, so what has
 * reached the stream has reached the answer. Who watches a thing can wait here for its next change, too.
 */
export class MinVersionInterceptor implements NestInterceptor {
  private readonly documents: DocumentStore;
  private readonly waits: VersionWaits;

  constructor(options: MinVersionOptions) {
    this.documents = options.documents;
    this.waits = new VersionWaits(options);
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const kind = context.getType() === 'http' ? operationOf(context.getHandler())?.readsStream : undefined;
    if (kind === undefined) return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const minVersion = takeMinVersion(request.query as Record<string, unknown>);
    const stream = minVersion === undefined ? undefined : await this.streamOf(kind as ReadStream, request);
    if (minVersion !== undefined && stream !== undefined) {
      await this.waits.reach(stream, minVersion, goneOf(context.switchToHttp().getResponse<FastifyReply>()));
    }
    return next.handle();
  }

  private async streamOf(kind: ReadStream, request: FastifyRequest): Promise<StreamRef | undefined> {
    const { tenantId = '' } = principalOf(request) ?? {};
    const [id = ''] = Object.values(request.params as Record<string, string>);
    if (!NAMEABLE.test(id)) return undefined;
    const streamId = await READ_STREAMS[kind]({ tenantId, id }, this.documents);
    return streamId === undefined ? undefined : { tenantId, streamId };
  }
}

/** Aborted when the connection of a request is closed. */
function goneOf({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  if (raw.destroyed) gone.abort();
  raw.once('close', () => gone.abort());
  return gone.signal;
}
