import { ApproveRun } from '@caisson/deployment';
import { heal, planBlows, type Targets } from './blows.js';
import { Caller } from './callers/caller.js';
import { Story } from './callers/story.js';
import { checkRemains } from './checks/end-checks.js';
import { Report, type Violation } from './checks/report.js';
import { Witness } from './checks/witness.js';
import { RandomFaults } from './machine/faults.js';
import { Scheduler, type Ending } from './machine/scheduler.js';
import { SeededRandom } from '@caisson/testing';
import { SimProcess } from './machine/sim-process.js';
import { Trace } from './machine/trace.js';
import { drawScenario, type Scenario } from './scenario.js';
import { Cluster } from './services/cluster.js';
import type { Tamper } from './services/platform.js';
import type { Composition } from './services/services.js';
import { SimTransport } from './services/sim-transport.js';
import { SimWakeups } from './services/sim-wakeups.js';
import { SimDatabase } from './store/sim-database.js';
import { SimJobQueue } from './store/sim-job-queue.js';
import { SimWorld } from './world/sim-world.js';

/** So long after everything was healed all must have ended: leases, deadlines of tools and looks, one after another. */
const PATIENCE_MS = 1_800_000;

/** A run that takes more steps is stuck in a circle. */
const STEPS_MAX = 400_000;

/** Longer than the slowest look of a safety net. */
const SETTLED_MS = 30_000;

/** Whether all is over is looked at now and then: looking costs more than a step. */
const LOOK_EVERY_STEPS = 64;

/** Something that is broken on purpose, to see that the checks can fail. */
export interface Sabotage {
  readonly tamper?: Tamper;
  readonly composition?: Partial<Composition>;
}

/** What to simulate. */
export interface SimulationOptions {
  readonly seed: number;
  /** Default: drawn from the seed. */
  readonly scenario?: Scenario;
  /** Keeps the story, to be read. */
  readonly keepsStory?: boolean;
  readonly sabotage?: Sabotage;
}

/** What came of a simulation. */
export interface SimulationResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  /** Equal for two runs that went the same way, step by step. */
  readonly hash: string;
  readonly steps: number;
  readonly simulatedMs: number;
  readonly ending: Ending;
  readonly story: readonly string[];
}

/** Runs one seed from beginning to end. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { seed, keepsStory = false } = options;
  const trace = new Trace({ keeps: keepsStory });
  const scheduler = new Scheduler(trace);
  const random = new SeededRandom(seed);
  const scenario = options.scenario ?? drawScenario(random);
  const stage = setStage({ options, scenario, scheduler, random, report: new Report(trace, scheduler) });
  const isOver = everySoOften(() => stage.isOver());
  const bounds = { untilMs: scenario.healedAtMs + PATIENCE_MS, stepsMax: STEPS_MAX };
  const ending = await scheduler.run(isOver, bounds);
  stage.judge(ending === 'over');
  const { violations } = stage.report;
  const { hash, lines: story, steps } = trace;
  return { seed, violations, hash, steps, simulatedMs: scheduler.nowMs, ending, story };
}

interface Parts {
  readonly options: SimulationOptions;
  readonly scenario: Scenario;
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly report: Report;
}

interface Stage {
  readonly report: Report;
  isOver(): boolean;
  judge(isOver: boolean): void;
}

function setStage({ options, random, report, scenario, scheduler }: Parts): Stage {
  const { sabotage = {} } = options;
  const witness = new Witness(report);
  const callersName = 'people';
  const faults = new RandomFaults(random, scenario.rates, ({ name }) => name !== callersName);
  const machine = { scheduler, random, faults };
  const wakeups = new SimWakeups(random);
  const database = new SimDatabase({
    nowMs: () => scheduler.nowMs,
    commit: () =>
      new Promise((resolve) => {
        scheduler.after(random.next() * scenario.commitMsMax, 'a commit is done', resolve);
      }),
    wake: (channel, delayMs) => wakeups.wake(channel, delayMs),
  });
  const onStart: ConstructorParameters<typeof SimWorld>[0]['onStart'] = (started, running) =>
    witness.toolStarts(started, running);
  const world = new SimWorld({ scheduler, random, onStart });
  world.habits = scenario.tools;
  const transport = scenario.profile === 'distributed' ? new SimTransport(random) : undefined;
  const jobs = new SimJobQueue(database);
  const tamper: Tamper = (farSide, process, surroundings) =>
    witness.watch(sabotage.tamper?.(farSide, process, surroundings) ?? farSide, process, transport);
  const composition: Composition = {
    around: (_service, handle) => handle,
    oldRunners: (own) => own,
    approve: ({ ports }, input) => new ApproveRun(ports).execute(input),
    ...sabotage.composition,
  };
  const surroundings = { scheduler, random, database, jobs, wakeups, world, transport };
  const cluster = new Cluster(scenario.processes, { machine, surroundings, tamper, composition });
  const caller = new Caller(new SimProcess({ name: callersName, host: 'outside', life: 1 }, machine), cluster, machine);
  const stories = scenario.stories.map((tenant, index) => {
    const ids = { tenantId: `tenant-${tenant}`, deploymentId: caller.newId(), name: `thing-${index}` };
    const upgradeEngines = (): void => void (world.engineVersion += 1);
    return new Story(ids, caller, { random, habits: scenario.habits, upgradeEngines });
  });
  cluster.startAll();
  for (const story of stories) void story.tell();
  const targets: Targets = { scheduler, random, cluster, database, transport, wakeups, faults };
  planBlows(targets, scenario.blows, scenario.healedAtMs);
  const isSettled = forAWhile(scheduler, () => stories.every((story) => story.isOver) && isQuiet(database, world));
  let isHealed = false;
  scheduler.after(scenario.healedAtMs, 'everything works from now on', () => {
    heal(targets);
    isHealed = true;
  });
  return {
    report,
    isOver: () => isHealed && isSettled(),
    judge: (isOver) => checkRemains({ database, world, transport, stories, caller, witness, report, isOver }),
  };
}

/** Nothing is on its way any more. */
function isQuiet(database: SimDatabase, world: SimWorld): boolean {
  return (
    database.outbox.size === 0 &&
    database.outgoing.size === 0 &&
    [...database.leases.values()].every(({ expiresAtMs }) => expiresAtMs <= database.nowMs) &&
    [...database.jobs.values()].every(({ state }) => state !== 'open') &&
    !world.isBusy
  );
}

/** The safety nets have looked meanwhile. */
function forAWhile(scheduler: Scheduler, isSo: () => boolean): () => boolean {
  let sinceMs = Number.POSITIVE_INFINITY;
  return () => {
    sinceMs = isSo() ? Math.min(sinceMs, scheduler.nowMs) : Number.POSITIVE_INFINITY;
    return scheduler.nowMs - sinceMs >= SETTLED_MS;
  };
}

function everySoOften(look: () => boolean): () => boolean {
  let steps = 0;
  return () => {
    steps += 1;
    return steps % LOOK_EVERY_STEPS === 0 && look();
  };
}
