import type { JsonObject } from '@caisson/kernel';
import type { Scheduler } from '../machine/scheduler.js';
import type { SeededRandom } from '@caisson/testing';
import type { SimProcess } from '../machine/sim-process.js';

/** What a tool is to do. */
export interface ToolOrder {
  readonly tenantId: string;
  readonly deploymentId: string;
  readonly runId: string;
  readonly actionKey: string;
  readonly fencingToken: number;
  /** The resource that it makes, changes or removes. */
  readonly address: string;
  /** What it is to be. Absent: it is to go. */
  readonly properties?: JsonObject;
}

/** The process tree of a tool, known before it is told to go. */
export interface SimRunner {
  readonly order: ToolOrder;
  readonly host: string;
  readonly startedBy: SimProcess;
  isAlive: boolean;
  /** A tool stops when nothing is heard from who started it. */
  silentSinceMs: number | undefined;
}

/** A change of the world. */
export interface Effect extends ToolOrder {
  readonly atMs: number;
}

/** How a tool ended. */
export type ToolEnd = 'done' | 'refused' | 'broke' | 'killed';

/** What tools do besides what they are told. */
export interface ToolHabits {
  /** Probability that it changes nothing and says so. */
  readonly refuses: number;
  /** Probability that it breaks, before its effect or after it, and cannot say which. */
  readonly breaks: number;
  /** Probability that it never ends by itself. */
  readonly hangs: number;
}

/** Tools that do as they are told. */
export const GOOD_HABITS: ToolHabits = { refuses: 0, breaks: 0, hangs: 0 };

/** The longest that a tool takes which ends by itself. */
const TOOL_MS_MAX = 20_000;

/**
 * What is outside of all processes: resources, the tools that change them, and a ledger of every change. A tool goes on
 * when its process dies, until it is killed or notices by itself. It does what it is told, also a second time: that it
 * is not told twice is what the simulation is about.
 */
export class SimWorld {
  readonly effects: Effect[] = [];
  readonly runners = new Set<SimRunner>();
  habits: ToolHabits = GOOD_HABITS;
  /** Of the tool that all engines drive: part of what plans are computed from. */
  engineVersion = 1;
  readonly #resources = new Map<string, JsonObject>();
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;
  readonly #onStart: (started: SimRunner, running: readonly SimRunner[]) => void;
  readonly #running = new Set<SimRunner>();

  /** `onStart` hears of each tool that begins, and of those at work on the same deployment. */
  constructor(options: {
    readonly scheduler: Scheduler;
    readonly random: SeededRandom;
    readonly onStart: (started: SimRunner, running: readonly SimRunner[]) => void;
  }) {
    this.#scheduler = options.scheduler;
    this.#random = options.random;
    this.#onStart = options.onStart;
  }

  /** Whether a tool is at work. */
  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  /** What stands at an address. */
  read(deploymentId: string, address: string): JsonObject | undefined {
    return this.#resources.get(`${deploymentId}/${address}`);
  }

  /** What stands for a deployment, by address. */
  standing(deploymentId: string): ReadonlyMap<string, JsonObject> {
    const prefix = `${deploymentId}/`;
    const found = [...this.#resources].filter(([key]) => key.startsWith(prefix));
    return new Map(found.map(([key, properties]) => [key.slice(prefix.length), properties]));
  }

  /** Makes a change that no tool made. */
  meddle(deploymentId: string, address: string, properties: JsonObject | undefined): void {
    const key = `${deploymentId}/${address}`;
    if (properties === undefined) this.#resources.delete(key);
    else this.#resources.set(key, properties);
  }

  /** A runner that waits to be told to go. */
  register(order: ToolOrder, startedBy: SimProcess): SimRunner {
    const { host } = startedBy;
    const runner: SimRunner = { order, host, startedBy, isAlive: true, silentSinceMs: undefined };
    this.runners.add(runner);
    return runner;
  }

  /** Tells a runner to go; nobody is there to hear it when it was killed. Resolves when the tool has ended. */
  go(runner: SimRunner): Promise<ToolEnd> {
    if (!runner.isAlive) return Promise.resolve('killed');
    const { deploymentId } = runner.order;
    this.#onStart(
      runner,
      [...this.#running].filter((other) => other.order.deploymentId === deploymentId),
    );
    this.#running.add(runner);
    return new Promise((resolve) => {
      const end = (how: ToolEnd): void => {
        this.#running.delete(runner);
        resolve(how);
      };
      this.#perform(runner, end);
      this.#watch(runner, end);
    });
  }

  /** Kills a runner and all that it started. */
  kill(runner: SimRunner): void {
    runner.isAlive = false;
    this.#running.delete(runner);
  }

  /** Forgets a runner that is gone. */
  forget(runner: SimRunner): void {
    this.runners.delete(runner);
  }

  #perform(runner: SimRunner, end: (how: ToolEnd) => void): void {
    const random = this.#random;
    const { breaks, hangs, refuses } = this.habits;
    const draw = random.next();
    const tookMs = random.between(5, random.chance(0.2) ? TOOL_MS_MAX : 500);
    const effectMs = random.next() * tookMs;
    const label = `tool ${runner.order.actionKey.slice(-24)}`;
    const finish = (how: ToolEnd, atMs: number): void => {
      this.#scheduler.after(atMs, `${label} ends: ${how}`, () => {
        if (runner.isAlive) end(how);
      });
    };
    if (draw < refuses) {
      finish('refused', tookMs);
      return;
    }
    const breaksEarly = draw < refuses + breaks && random.chance(0.5);
    if (!breaksEarly) this.#scheduler.after(effectMs, `${label} takes effect`, () => this.#takeEffect(runner));
    if (draw < refuses + breaks) finish('broke', tookMs);
    else if (draw >= refuses + breaks + hangs) finish('done', tookMs);
  }

  #takeEffect(runner: SimRunner): void {
    if (!runner.isAlive) return;
    const { order } = runner;
    this.effects.push({ ...order, atMs: this.#scheduler.nowMs });
    this.meddle(order.deploymentId, order.address, order.properties);
  }

  /** A tool notices within a while that nothing is heard from its process, and stops. */
  #watch(runner: SimRunner, end: (how: ToolEnd) => void): void {
    this.#scheduler.after(1_000, 'tools look for their processes', () => {
      if (!runner.isAlive || !this.#running.has(runner)) {
        end('killed');
        return;
      }
      const { nowMs } = this.#scheduler;
      const { startedBy } = runner;
      const isHeard = !startedBy.isDead && startedBy.haltedUntilMs <= nowMs;
      if (isHeard) runner.silentSinceMs = undefined;
      else runner.silentSinceMs ??= nowMs;
      if (nowMs - (runner.silentSinceMs ?? nowMs) >= SILENCE_MS_MAX) {
        this.kill(runner);
        end('killed');
        return;
      }
      this.#watch(runner, end);
    });
  }
}

/** So long a tool goes on without a sign from its process. */
export const SILENCE_MS_MAX = 20_000;
