import type { RunnerRegistry } from '@caisson/engine';
import type { OldRunners, OldRunnersOf } from '@caisson/execution';
import { Fault, type Clock } from '@caisson/kernel';
import { killRunners } from '@caisson/tool-process';

/** How long a tool that was asked to stop may take before it is killed. Terraform saves its state meanwhile. */
const GRACE_MS = 120_000;

/** What the end of another host's lease and the grace of its tools may take on top of each other's clocks. */
const MARGIN_MS = 15_000;

/** Stops the processes that earlier holders registered. */
export class RegisteredRunners implements OldRunners {
  readonly #registry: RunnerRegistry;
  readonly #clock: Clock;
  readonly #leaseMs: number;

  /** @param leaseMs - of the lease that the earlier holders held. */
  constructor(registry: RunnerRegistry, clock: Clock, leaseMs: number) {
    this.#registry = registry;
    this.#clock = clock;
    this.#leaseMs = leaseMs;
  }

  /**
   * Kills what can be reached from this host. What runs on another one cannot be; but a tool ends with the process that
   * started it, and that process stops its tools when its lease has run out. So that long is waited, and no less.
   */
  async stop(of: OldRunnersOf): Promise<void> {
    const { unreachable } = await killRunners(this.#registry, { ...of, graceMs: GRACE_MS });
    if (unreachable.length === 0) return;
    await this.#clock.sleep(this.#leaseMs + GRACE_MS + MARGIN_MS, of.signal);
    if (of.signal.aborted) {
      throw new Fault('runners-not-proven-gone', 'Runners of another host may still act.', { retryable: true });
    }
    for (const runner of unreachable) await this.#registry.forget(runner);
  }
}
