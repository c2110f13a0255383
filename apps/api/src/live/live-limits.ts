import type { HttpProblem } from '@caisson/http';
import { apiProblem } from '../http/api-problems.js';

/** How many may watch at once. */
export interface LiveLimitSettings {
  readonly perProcess: number;
  readonly perTenant: number;
}

const RETRY_AFTER_S = '10';

/** Counts who watches through this process, and refuses those who are too many. */
export class LiveLimits {
  readonly #settings: LiveLimitSettings;
  readonly #byTenant = new Map<string, number>();
  #total = 0;

  constructor(settings: LiveLimitSettings) {
    this.#settings = settings;
  }

  get total(): number {
    return this.#total;
  }

  /**
   * Takes a place. The answer gives it back, once.
   *
   * @throws HttpProblem 503 `live-streams-exhausted` with `Retry-After`.
   */
  take(tenantId: string): () => void {
    const { perProcess, perTenant } = this.#settings;
    const ofTenant = this.#byTenant.get(tenantId) ?? 0;
    if (ofTenant >= perTenant) throw exhausted('Your tenant has as many live streams open as it may.');
    if (this.#total >= perProcess) throw exhausted('This process has as many live streams open as it may.');
    this.#byTenant.set(tenantId, ofTenant + 1);
    this.#total += 1;
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#giveBack(tenantId);
    };
  }

  #giveBack(tenantId: string): void {
    const left = (this.#byTenant.get(tenantId) ?? 1) - 1;
    if (left > 0) this.#byTenant.set(tenantId, left);
    else this.#byTenant.delete(tenantId);
    this.#total -= 1;
  }
}

function exhausted(what: string): HttpProblem {
  const detail = `${what} Close one, or try again after ${RETRY_AFTER_S} s.`;
  return apiProblem('live-streams-exhausted', { detail, headers: { 'retry-after': RETRY_AFTER_S } });
}
