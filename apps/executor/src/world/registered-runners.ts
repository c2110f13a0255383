import type { RunnerRegistry } from '@caisson/engine';
import type { OldRunners, OldRunnersOf } from '@caisson/execution';
import { Fault, type Clock } from '@caisson/kernel';
import { killRunners } from '@caisson/tool-process';

/** What another host's lease, the silence after which its tools are stopped, and its clock may take on top. */
const MARGIN_MS = 15_000;

/** How long earlier holders and their tools may still act. */
export interface RunnerTimes {
  /** Of the lease that the earlier holders held. */
  readonly leaseMs: number;
  /** A tool that is asked to stop may take so long before it is killed. Terraform saves its state meanwhile. */
  readonly graceMs: number;
}

/** Stops the processes that earlier holders registered. */
export class RegisteredRunners implements OldRunners {
  readonly #registry: RunnerRegistry;
  readonly #clock: Clock;
  readonly #times: RunnerTimes;

  constructor(registry: RunnerRegistry, clock: Clock, times: RunnerTimes) {
    this.#registry = registry;
    this.#clock = clock;
    this.#times = times;
  }

  /**
   * Kills what can be reached from this host. What runs on another one cannot be; but a tool is stopped when the
   * process that started it ends, has lost its lease, or says nothing any more. So that long is waited, and no less.
   */
  async stop(of: OldRunnersOf): Promise<void> {
    const { leaseMs, graceMs } = this.#times;
    const { unreachable } = await killRunners(this.#registry, { ...of, graceMs });
    if (unreachable.length === 0) return;
    await this.#clock.sleep(leaseMs + graceMs + MARGIN_MS, of.signal);
    if (of.signal.aborted) {
      throw new Fault('runners-not-proven-gone', 'Runners of another host may still act.', { retryable: true });
    }
    for (const runner of unreachable) await this.#registry.forget(runner);
  }
}
