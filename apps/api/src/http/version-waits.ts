import type { EventStore, StreamRef } from '@caisson/event-sourcing';
import type { HttpProblem } from '@caisson/http';
import type { Clock } from '@caisson/kernel';
import { apiProblem } from './api-problems.js';

/** Pause between two looks at a version. */
const LOOK_EVERY_MS = 100;

/** Reads that wait at once in one process, and of them those of one tenant. One more is told at once how far it is. */
const WAITING_MAX = 200;
const WAITING_PER_TENANT_MAX = 20;

const RETRY_AFTER_S = '1';

/** What waiting works with. */
export interface VersionWaitsOptions {
  readonly store: Pick<EventStore, 'versions'>;
  readonly clock: Clock;
  readonly waitMs: number;
}

interface Patience {
  readonly waitMs: number;
  readonly gone: AbortSignal;
}

/** The reads that wait until a stream has a version. */
export class VersionWaits {
  readonly #options: VersionWaitsOptions;
  readonly #byTenant = new Map<string, number>();
  #total = 0;

  constructor(options: VersionWaitsOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the stream has the version, and when it is not there: what is missing is for the handler to say.
   *
   * @throws HttpProblem `version-not-reached` when it does not come in time, when there is no place to wait, and once
   *   `gone` is aborted: nobody hears the answer.
   */
  async reach(stream: StreamRef, minVersion: number, gone: AbortSignal): Promise<void> {
    const { waitMs } = this.#options;
    const mayWait = this.#total < WAITING_MAX && this.#of(stream.tenantId) < WAITING_PER_TENANT_MAX;
    if (!mayWait) return this.#look(stream, minVersion, { waitMs: 0, gone });
    this.#count(stream.tenantId, 1);
    try {
      await this.#look(stream, minVersion, { waitMs, gone });
    } finally {
      this.#count(stream.tenantId, -1);
    }
  }

  async #look(stream: StreamRef, minVersion: number, patience: Patience): Promise<void> {
    const { gone, waitMs } = patience;
    const { clock, store } = this.#options;
    const deadlineMs = clock.monotonicMs() + waitMs;
    for (;;) {
      const [version = 0] = await store.versions([stream]);
      if (version === 0 || version >= minVersion) return;
      const leftMs = deadlineMs - clock.monotonicMs();
      if (leftMs <= 0 || gone.aborted) throw versionNotReached(stream.streamId, version, minVersion);
      await clock.sleep(Math.min(leftMs, LOOK_EVERY_MS), gone);
    }
  }

  #of(tenantId: string): number {
    return this.#byTenant.get(tenantId) ?? 0;
  }

  #count(tenantId: string, change: number): void {
    const waiting = this.#of(tenantId) + change;
    if (waiting > 0) this.#byTenant.set(tenantId, waiting);
    else this.#byTenant.delete(tenantId);
    this.#total += change;
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
