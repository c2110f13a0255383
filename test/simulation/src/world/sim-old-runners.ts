import type { OldRunners, OldRunnersOf } from '@caisson/execution';
import { Fault } from '@caisson/kernel';
import type { SimProcess } from '../machine/sim-process.js';
import { SILENCE_MS_MAX, type SimRunner, type SimWorld } from './sim-world.js';

/** What a host's clock and the notice of its tools may take on top. */
const MARGIN_MS = 15_000;

/** The executor's rule for what earlier holders left: kill what this host reaches, outwait what it does not. */
export class SimOldRunners implements OldRunners {
  constructor(
    private readonly world: SimWorld,
    private readonly process: SimProcess,
    private readonly leaseMs: number,
  ) {}

  async stop(of: OldRunnersOf): Promise<void> {
    const old = await this.process.call('looks for old tools', () => this.#olderThan(of));
    const reachable = old.filter(({ host }) => host === this.process.host);
    await this.process.call('kills old tools', () => {
      for (const runner of reachable) this.#end(runner);
    });
    if (reachable.length === old.length) return;
    await this.process.clock.sleep(this.leaseMs + SILENCE_MS_MAX + MARGIN_MS, of.signal);
    if (of.signal.aborted) {
      throw new Fault('runners-not-proven-gone', 'Runners of another host may still act.', { retryable: true });
    }
    await this.process.call('forgets old tools', () => {
      for (const runner of old) this.world.forget(runner);
    });
  }

  #olderThan({ deploymentId, fencingToken, tenantId }: OldRunnersOf): readonly SimRunner[] {
    return [...this.world.runners].filter(
      ({ order }) =>
        order.tenantId === tenantId && order.deploymentId === deploymentId && order.fencingToken < fencingToken,
    );
  }

  #end(runner: SimRunner): void {
    this.world.kill(runner);
    this.world.forget(runner);
  }
}
