import type { Clock } from '@caisson/kernel';

const POLL_MS = 50;

/** How one part of a service is. */
export interface PartStatus {
  /** Can do its work now. */
  readonly ready: boolean;
  /** False: only a restart helps. */
  readonly alive: boolean;
  readonly detail?: string;
}

/** Tells how a part is, within a second. Never rejects. */
export type StatusProbe = () => PartStatus | Promise<PartStatus>;

/** What a service answers to its probes. */
export interface ServiceStatus extends PartStatus {
  readonly parts: Readonly<Record<string, PartStatus>>;
}

/** Collects the state of the parts of one service. */
export class Health {
  readonly #probes = new Map<string, StatusProbe>();
  #draining = false;

  /** Adds a part under a unique name. */
  watch(part: string, probe: StatusProbe): void {
    this.#probes.set(part, probe);
  }

  /** From now on not ready: the service is stopping and still answers. */
  drain(): void {
    this.#draining = true;
  }

  /** Ready when every part is; alive while no part needs a restart. */
  async status(): Promise<ServiceStatus> {
    const probed = [...this.#probes].map(async ([name, probe]) => [name, await probe()] as const);
    const parts = Object.fromEntries(await Promise.all(probed));
    const all = Object.values(parts);
    return {
      ready: !this.#draining && all.every((part) => part.ready),
      alive: all.every((part) => part.alive),
      ...(this.#draining ? { detail: 'stopping' } : {}),
      parts,
    };
  }

  /** Waits until every part is ready, at most this long, and tells how all were then. */
  async untilReady(limitMs: number, clock: Clock): Promise<ServiceStatus> {
    const deadline = clock.monotonicMs() + limitMs;
    for (;;) {
      const status = await this.status();
      if (status.ready || clock.monotonicMs() >= deadline) return status;
      await clock.sleep(POLL_MS);
    }
  }
}
