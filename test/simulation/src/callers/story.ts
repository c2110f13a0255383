import {
  CancelRun,
  ChangeDesiredState,
  CreateDeployment,
  DeleteDeployment,
  RetryRun,
  RollBack,
  StartPlanning,
  type DeploymentHandled,
  type DeploymentView,
  type RunView,
} from '@caisson/deployment';
import { DesiredState, SETTLED_RUN_STATES } from '@caisson/contracts';
import type { CommandContext } from '@caisson/event-sourcing';
import type { SeededRandom } from '@caisson/testing';
import type { ApiDoor } from '../services/api-door.js';
import { SIM_ENGINE } from '../world/sim-engine.js';
import type { Caller } from './caller.js';

/** How often a person looks again. */
const LOOK_EVERY_MS = 700;

/** Runs that a person retries or rolls back before giving up. */
const REMEDIES_MAX = 3;

/** What some deployments wait for before their last resource: a timer of so long. */
export const PAUSE = { name: 'pause', seconds: 20 } as const;

/** An approval as its giver saw it. */
export interface Approval {
  readonly commandId: string;
  readonly planDigest: string;
}

/** What people may do to a deployment besides making it and removing it. */
export interface StoryHabits {
  /** Probability that a run is cancelled at some time. */
  readonly cancels: number;
  /** Probability that a plan is made anew, from other inputs, while its approver still thinks about the one before. */
  readonly plansAgain: number;
  /** Probability that a plan needs no person. */
  readonly approvesItself: number;
  /** Probability that the last resource waits for a timer. */
  readonly waits: number;
}

/** The life of one deployment in the hands of one person: made, approved, changed, mended where it broke, removed. */
export class Story {
  readonly deploymentId: string;
  readonly tenantId: string;
  readonly approvals: Approval[] = [];
  /** Statuses in the order in which they were seen. */
  readonly seen: string[] = [];
  isOver = false;
  readonly #caller: Caller;
  readonly #random: SeededRandom;
  readonly #habits: StoryHabits;
  /** Changes what plans are computed from. */
  readonly #upgradeEngines: () => void;
  #revision = 0;
  #name: string;

  constructor(
    ids: { readonly tenantId: string; readonly deploymentId: string; readonly name: string },
    caller: Caller,
    around: { readonly random: SeededRandom; readonly habits: StoryHabits; readonly upgradeEngines: () => void },
  ) {
    this.deploymentId = ids.deploymentId;
    this.tenantId = ids.tenantId;
    this.#name = ids.name;
    this.#caller = caller;
    this.#random = around.random;
    this.#habits = around.habits;
    this.#upgradeEngines = around.upgradeEngines;
  }

  /** From the first request to the last. */
  async tell(): Promise<void> {
    const { deploymentId } = this;
    await this.#caller.pause(this.#random.between(0, 2_000));
    await this.#command('create', ({ ports }, context) =>
      new CreateDeployment(ports).execute({ deploymentId, context, desired: this.#desired() }),
    );
    await this.#seeItThrough();
    if (this.#random.chance(0.5)) {
      await this.#change();
      await this.#seeItThrough();
    }
    await this.#remove();
    this.isOver = true;
  }

  async #remove(): Promise<void> {
    const { deploymentId } = this;
    for (let tries = 0; tries <= REMEDIES_MAX; tries += 1) {
      const handled = await this.#command('delete', ({ ports }, context) =>
        new DeleteDeployment(ports).execute({ deploymentId, context, reason: 'no longer needed' }),
      );
      await this.#seeItThrough();
      if (handled.outcome === 'accepted' && (await this.#status()) === 'deleted') return;
    }
  }

  async #change(): Promise<void> {
    const { deploymentId } = this;
    await this.#command('change', ({ ports }, context) =>
      new ChangeDesiredState(ports).execute({ deploymentId, context, desired: this.#desired(), reason: 'more' }),
    );
  }

  /** Approves, cancels and mends until nothing goes on. */
  async #seeItThrough(): Promise<void> {
    const { deploymentId } = this;
    const willCancel = this.#random.chance(this.#habits.cancels);
    let remedies = 0;
    for (;;) {
      await this.#caller.pause(this.#random.between(50, LOOK_EVERY_MS));
      const run = await this.#run();
      if (run === undefined) return;
      if (run.state === 'awaiting_approval') {
        await this.#judge(run);
        continue;
      }
      if (run.state === 'failed' && remedies < REMEDIES_MAX) {
        remedies += 1;
        await this.#mend(run);
        continue;
      }
      if (SETTLED_RUN_STATES.some((state) => state === run.state)) return;
      if (willCancel && this.#random.chance(0.1)) {
        await this.#command('cancel', ({ ports }, context) =>
          new CancelRun(ports).execute({ deploymentId, context, runId: run.id, reason: 'changed my mind' }),
        );
      }
    }
  }

  /** Looks at the plan, thinks, and approves what was seen. */
  async #judge({ id: runId, planDigest }: RunView): Promise<void> {
    const { deploymentId } = this;
    if (planDigest === undefined) return;
    if (this.#random.chance(this.#habits.plansAgain)) {
      this.#upgradeEngines();
      await this.#command('plan again', ({ ports }, context) =>
        new StartPlanning(ports).execute({ deploymentId, context, runId }),
      );
      await this.#caller.pause(this.#random.between(0, 3_000));
    }
    await this.#command('approve', ({ approve }, context) => {
      this.approvals.push({ commandId: context.commandId, planDigest });
      return approve({ deploymentId, context, runId, planDigest });
    });
  }

  async #mend({ id: runId }: RunView): Promise<void> {
    const { deploymentId } = this;
    await this.#caller.pause(this.#random.between(100, 5_000));
    if (this.#random.chance(0.7)) {
      await this.#command('retry', ({ ports }, context) =>
        new RetryRun(ports).execute({ deploymentId, context, runId }),
      );
      return;
    }
    await this.#command('roll back', ({ ports }, context) =>
      new RollBack(ports).execute({ deploymentId, context, reason: 'it failed' }),
    );
  }

  #command(
    what: string,
    ask: (door: ApiDoor, context: CommandContext) => Promise<DeploymentHandled>,
  ): Promise<DeploymentHandled> {
    const { deploymentId, tenantId } = this;
    return this.#caller.command(
      { tenantId, deploymentId, actor: `person-of-${this.#name}` },
      `${what} ${this.#name}`,
      ask,
    );
  }

  async #run(): Promise<RunView | undefined> {
    const deployment = await this.#read<DeploymentView>('deployment', this.deploymentId);
    if (deployment === undefined) return undefined;
    if (this.seen.at(-1) !== deployment.status) this.seen.push(deployment.status);
    return this.#read<RunView>('run', deployment.currentRun);
  }

  async #status(): Promise<string | undefined> {
    return (await this.#read<DeploymentView>('deployment', this.deploymentId))?.status;
  }

  async #read<Body>(collection: string, id: string): Promise<Body | undefined> {
    const found = await this.#caller.untilAnswered(`read ${collection} of ${this.#name}`, ({ documents }) =>
      documents.get<Body>(this.tenantId, collection, id),
    );
    return found?.body;
  }

  #desired(): DesiredState {
    this.#revision += 1;
    const random = this.#random;
    const count = random.between(1, 3);
    const names = ['network', 'server', 'volume'].slice(0, count);
    const waits = random.chance(this.#habits.waits);
    const resources = names.map((name, index) => ({
      name,
      type: name,
      engine: SIM_ENGINE,
      properties: { revision: this.#revision, size: random.between(1, 3) },
      dependsOn: [
        ...(index > 0 && random.chance(0.6) ? [names[index - 1]] : []),
        ...(waits && index === count - 1 ? [PAUSE.name] : []),
      ],
    }));
    const properties = { forSeconds: PAUSE.seconds, occasion: String(this.#revision) };
    const pause = { name: PAUSE.name, type: 'timer', engine: 'wait', properties };
    return DesiredState.parse({
      name: this.#name,
      autoApprove: random.chance(this.#habits.approvesItself),
      onFailure: random.pick(['rollback', 'keep']),
      resources: waits ? [pause, ...resources] : resources,
    });
  }
}
