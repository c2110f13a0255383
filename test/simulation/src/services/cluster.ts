import { SimProcess, type Machine } from '../machine/sim-process.js';
import type { ApiDoor } from './api-door.js';
import { openPlatform, type Platform, type Surroundings, type Tamper } from './platform.js';
import { startApi, startExecutor, startPlanner, type Composition } from './services.js';

/** A supervisor waits no longer for a process that it told to stop. */
const STOP_MS_MAX = 60_000;

/** One of the services that a process may hold. */
export type ServiceName = 'api' | 'planner' | 'executor';

/** A process that is to run, again after each death. */
export interface ProcessPlan {
  readonly name: string;
  readonly host: string;
  readonly services: readonly ServiceName[];
}

/** What processes are started with. */
export interface ClusterOptions {
  readonly machine: Machine;
  readonly surroundings: Omit<Surroundings, 'isDead'>;
  readonly tamper: Tamper;
  readonly composition: Composition;
}

/** The processes of an installation, each in one life at a time. */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #living = new Map<string, SimProcess>();
  readonly #doors = new Map<string, ApiDoor>();
  readonly #lives = new Map<string, number>();
  readonly #platforms = new WeakMap<SimProcess, Platform>();
  readonly #identities = new Map<string, SimProcess>();

  constructor(
    readonly plans: readonly ProcessPlan[],
    options: ClusterOptions,
  ) {
    this.#options = options;
  }

  /** Starts every process that is not alive. */
  startAll(): void {
    for (const plan of this.plans) if (this.#living.get(plan.name)?.isDead !== false) this.#start(plan);
  }

  /** Processes that are alive. */
  get living(): readonly SimProcess[] {
    return [...this.#living.values()].filter(({ isDead }) => !isDead);
  }

  /** The APIs that are alive. */
  get doors(): readonly ApiDoor[] {
    return [...this.#doors.values()].filter(({ process }) => !process.isDead);
  }

  /** Shuts a process down in order; what does not end in time is killed. */
  async stop(process: SimProcess): Promise<void> {
    const platform = this.#platforms.get(process);
    if (platform === undefined) return;
    platform.stopping.abort();
    const stopped = Promise.allSettled(platform.stops.map((stop) => stop()));
    await Promise.race([stopped, platform.clock.sleep(STOP_MS_MAX)]);
    process.kill();
  }

  #start(plan: ProcessPlan): void {
    const { composition, machine, surroundings, tamper } = this.#options;
    const life = (this.#lives.get(plan.name) ?? 0) + 1;
    this.#lives.set(plan.name, life);
    const process = new SimProcess({ ...plan, life }, machine);
    this.#living.set(plan.name, process);
    this.#identities.set(process.identity, process);
    process.onDeath(() => this.#startAgain(plan));
    const isDead = (identity: string): boolean => this.#identities.get(identity)?.isDead === true;
    const platform = openPlatform(process, { ...surroundings, isDead }, tamper);
    this.#platforms.set(process, platform);
    if (plan.services.includes('planner')) startPlanner(platform, composition);
    if (plan.services.includes('executor')) startExecutor(platform, composition);
    if (!plan.services.includes('api')) return;
    const ports = startApi(platform, composition);
    const { documents } = platform;
    const approve: ApiDoor['approve'] = (input) => composition.approve({ ports, documents }, input);
    this.#doors.set(plan.name, { process, ports, documents, approve });
  }

  /** Its supervisor starts it again after a while. */
  #startAgain(plan: ProcessPlan): void {
    const { random, scheduler } = this.#options.machine;
    const afterMs = random.between(200, random.chance(0.2) ? 40_000 : 5_000);
    scheduler.after(afterMs, `${plan.name} is started again`, () => {
      if (this.#living.get(plan.name)?.isDead === true) this.#start(plan);
    });
  }
}
