import type { DeploymentHandled } from '@caisson/deployment';
import type { CommandContext } from '@caisson/event-sourcing';
import type { Machine, SimProcess } from '../machine/sim-process.js';
import type { ApiDoor } from '../services/api-door.js';
import type { Cluster } from '../services/cluster.js';

/** How long a caller waits for an answer. */
const TIMEOUT_MS = 15_000;

/** Pause before the same request is sent again. */
const AGAIN_MS = 500;

/** A command that was answered for good. */
export interface Answered {
  readonly context: CommandContext;
  readonly deploymentId: string;
  readonly outcome: 'accepted' | 'rejected';
  readonly version: number;
  /** How many facts it has; 0 when it was true already. */
  readonly events: number;
}

/** What a caller does with an open door. */
export type Ask<Answer> = (door: ApiDoor) => Promise<Answer>;

/**
 * Somebody who uses the API over a network that loses requests and answers, and who therefore sends the same request
 * again until it is answered.
 */
export class Caller {
  /** Commands that were answered with yes or no, oldest first. */
  readonly answered: Answered[] = [];
  readonly #machine: Machine;
  readonly #cluster: Cluster;
  readonly #self: SimProcess;

  /** `self` is a process that never dies: the caller's own. */
  constructor(self: SimProcess, cluster: Cluster, machine: Machine) {
    this.#self = self;
    this.#cluster = cluster;
    this.#machine = machine;
  }

  /** Sleeps. */
  pause(ms: number): Promise<void> {
    return this.#self.clock.sleep(ms);
  }

  /** An id that nobody else has. */
  newId(): string {
    return this.#self.ids.next();
  }

  /** Sends a command until it is answered. */
  async command(
    given: { readonly tenantId: string; readonly deploymentId: string; readonly actor: string },
    what: string,
    ask: (door: ApiDoor, context: CommandContext) => Promise<DeploymentHandled>,
  ): Promise<DeploymentHandled> {
    const commandId = this.newId();
    const { actor, deploymentId, tenantId } = given;
    const context = { tenantId, actor, commandId, correlationId: commandId, causationId: commandId };
    const handled = await this.untilAnswered(what, (door) => ask(door, context));
    const events = handled.outcome === 'rejected' ? 0 : handled.repeated ? 1 : handled.events.length;
    this.answered.push({ context, deploymentId, outcome: handled.outcome, version: handled.version, events });
    return handled;
  }

  /** Asks one API after another until one answers. */
  async untilAnswered<Answer>(what: string, ask: Ask<Answer>): Promise<Answer> {
    for (;;) {
      const answer = await this.#askOnce(what, ask);
      if (answer !== undefined) return answer.value;
      await this.pause(AGAIN_MS);
    }
  }

  async #askOnce<Answer>(what: string, ask: Ask<Answer>): Promise<{ readonly value: Answer } | undefined> {
    const doors = this.#cluster.doors;
    if (doors.length === 0) return undefined;
    const door = this.#machine.random.pick(doors);
    const overdue = new AbortController();
    const answer = this.#self
      .call(what, () => this.#enter(door, what, ask))
      .then(
        (value) => ({ value }),
        () => undefined,
      );
    const late = this.#self.clock.sleep(TIMEOUT_MS, overdue.signal).then(() => undefined);
    const first = await Promise.race([answer, late]);
    overdue.abort('answered');
    return first;
  }

  /** The request inside of the API's process, as a step of that process. */
  #enter<Answer>({ process, ...door }: ApiDoor, what: string, ask: Ask<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      process.later(0, `is asked to ${what}`, () => void ask({ process, ...door }).then(resolve, reject));
    });
  }
}
