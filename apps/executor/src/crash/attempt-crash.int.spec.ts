import type { ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { AppliedUnit, PlanUnit, PublicEvent } from '@caisson/contracts';
import { Relay } from '@caisson/event-sourcing';
import { openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import {
  createTestDatabase,
  eventually,
  freePort,
  lacks,
  startSourceProcess,
  systemClock,
  type TestDatabase,
} from '@caisson/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newPlace, StoryTeller, type ExecutorPlace, type RunningExecutor } from '../executor.harness.js';
import { CRASH_POINTS, type Ablation, type CrashPoint } from './crash-points.harness.js';
import {
  SandboxWorld,
  startCloud,
  TerraformWorld,
  type CrashWorld,
  type Effect,
  type Gate,
} from './crash-world.harness.js';
import { startCrashingExecutor, type CrashingExecutor } from './crashing-executor.harness.js';

/** How an executor ends: it is gone, or it stands still past its lease and then goes on. */
const ENDS = ['kill -9', 'SIGSTOP'] as const;
type End = (typeof ENDS)[number];

const POINTS = Object.keys(CRASH_POINTS) as CrashPoint[];
const TAKEOVER: readonly CrashPoint[] = ['C25', 'C26', 'C27'];
const GATES: Readonly<Partial<Record<CrashPoint, Gate>>> = { C20: 'first', C21: 'second' };
const LIMIT_MS = 30_000;

let database: TestDatabase;
let outside: OpenedEventStore;
let relay: Relay;
let place: ExecutorPlace;
let cloud: Awaited<ReturnType<typeof startCloud>>;
const children: ChildProcess[] = [];
const successors: RunningExecutor[] = [];
const worlds: CrashWorld[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  cloud = await startCloud(database.url);
  const made = await newPlace();
  place = { ...made, settings: { CAISSON_SANDBOX_URL: cloud.url, CAISSON_TOOL_GRACE_SECONDS: '3' } };
  await (await startCrashingExecutor({ databaseUrl: database.url, place, unitId: '' })).stop(); // Migrates.
  outside = await openEventStore({ url: database.url });
  const { outbox, wakeups } = outside;
  relay = new Relay({ outbox, wakeups, clock: systemClock }); // Leads, so that none of the executors that die does.
  relay.start();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const successor of successors.splice(0)) await successor.stop();
  for (const world of worlds.splice(0)) await world.close();
});
afterAll(async () => {
  await relay.stop();
  await outside.close();
  cloud.stop();
  await database.drop();
  await rm(place.dataDir, { recursive: true, force: true });
});

/** An executor in a process of its own, which freezes at a point. */
async function startChild(how: Omit<CrashingExecutor, 'databaseUrl' | 'place'>) {
  const options: CrashingExecutor = { ...how, databaseUrl: database.url, place: await nextPlace() };
  const source = new URL('./crashing-executor.harness.ts', import.meta.url);
  const code = `
    import { startCrashingExecutor } from ${JSON.stringify(source.href)};
    await startCrashingExecutor(${JSON.stringify(options)});
    process.stdout.write('{"ready":true}\\n');`;
  const child = startSourceProcess(code, new URL('.', source));
  children.push(child);
  const said = new Set<string>();
  createInterface({ input: child.stdout! }).on('line', (line) => said.add(line));
  const says = (what: string): boolean => said.has(what);
  const isUp = (): boolean => says('{"ready":true}') || child.exitCode !== null;
  await eventually('the child to be ready', isUp, LIMIT_MS);
  expect(child.exitCode, 'the child lives').toBeNull();
  return { child, reached: () => says(`{"reached":"${how.point}"}`), hasLetGo: () => says('{"letGo":true}') };
}

type Child = Awaited<ReturnType<typeof startChild>>;

async function nextPlace(): Promise<ExecutorPlace> {
  return { ...place, port: await freePort() };
}

interface Row {
  readonly engine: 'sandbox' | 'terraform';
  readonly end: End;
  readonly point: CrashPoint;
  readonly ablation?: Ablation;
}

/** Lets an executor begin a run and end at the point, lets others go on, and gives what the world and the store say. */
async function play(row: Row) {
  const { ablation, end, engine, point } = row;
  const isTakeover = TAKEOVER.includes(point);
  const firstPoint = isTakeover ? 'C20' : point;
  const world = await worldOf(engine, firstPoint);
  worlds.push(world);
  const watched = { unitId: world.watched };
  const first = await startChild({ ...watched, point: firstPoint, ...(ablation === undefined ? {} : { ablation }) });
  const story = new StoryTeller(outside.events);
  await story.startRun(world.units);
  await eventually(`${firstPoint} to be reached`, () => hasReached(world, first, firstPoint), LIMIT_MS);
  let victim = first;
  if (isTakeover) {
    first.child.kill('SIGKILL');
    victim = await startChild({ ...watched, point });
    await eventually(`${point} to be reached`, victim.reached, LIMIT_MS);
  }
  victim.child.kill(end === 'kill -9' ? 'SIGKILL' : 'SIGSTOP');
  // What is missing is missing in the one that dies; only the kill step is the successor's.
  const missing = ablation === 'kill-step' ? { ablation } : {};
  const from = { databaseUrl: database.url, place: await nextPlace() };
  const successor = await startCrashingExecutor({ ...watched, ...missing, ...from });
  successors.push(successor);
  if (world instanceof TerraformWorld) await letToolsMeet(world, story, firstPoint);
  const applied = await verified(story);
  if (end === 'SIGSTOP') await wake(victim, { world, story, applied });
  const facts = await outside.consumers.readStream(story.execution, 0);
  return { story, facts, effects: await world.effects(story.deploymentId) };
}

type Played = Awaited<ReturnType<typeof play>>;

async function worldOf(engine: Row['engine'], point: CrashPoint): Promise<CrashWorld> {
  return engine === 'sandbox' ? new SandboxWorld(cloud.url) : TerraformWorld.create(GATES[point]);
}

/** In Terraform, nobody but the tool itself knows that it is between two effects: it waits there. */
async function hasReached(world: CrashWorld, { reached }: Child, point: CrashPoint): Promise<boolean> {
  const gate = GATES[point];
  if (!(world instanceof TerraformWorld) || gate === undefined) return reached();
  return (await world.waiting(gate)) > 0;
}

/** Opens the gates when the successor's tool stands there too, or when it found that it needs none. */
async function letToolsMeet(world: TerraformWorld, story: StoryTeller, point: CrashPoint): Promise<void> {
  const gate = GATES[point];
  if (gate === undefined) return;
  const isThere = async (): Promise<boolean> => (await world.waiting(gate)) > 1 || (await hasEnded(story));
  await eventually('the successor at the gate', isThere, LIMIT_MS);
  await world.open();
}

async function hasEnded(story: StoryTeller): Promise<boolean> {
  const facts = await outside.consumers.readStream(story.execution, 0);
  return facts.some(({ type }) => /execution-(verified|failed|rolled-back)/.test(type));
}

async function verified(story: StoryTeller): Promise<readonly AppliedUnit[]> {
  return eventually(
    'the execution to be verified',
    async () => {
      const facts = await outside.consumers.readStream(story.execution, 0);
      const end = facts.find(({ type }) => factOf(type) === 'execution-verified');
      if (end === undefined) throw new Error(JSON.stringify(facts.at(-1) ?? 'nothing was recorded'));
      return (end.data as { applied: AppliedUnit[] }).applied;
    },
    LIMIT_MS,
  );
}

/** Lets a holder go on whose time is over, after the world has moved on, and waits until it has let go. */
async function wake(
  victim: Child,
  of: { readonly world: CrashWorld; readonly story: StoryTeller; readonly applied: readonly AppliedUnit[] },
): Promise<void> {
  const { deploymentId } = of.story;
  const removal = of.story.next();
  removal.applied = of.applied;
  await removal.startRun(removalOf(of.applied.filter(({ unitId }) => unitId === of.world.watched)));
  await verified(removal);
  const before = { effects: await of.world.effects(deploymentId), facts: await countFacts() };
  const goesOn = (): boolean => {
    victim.child.kill('SIGCONT'); // Each time: it may have been stopped by us just before it stopped itself.
    return victim.hasLetGo();
  };
  await eventually('the stale holder to let go', goesOn, LIMIT_MS);
  const after = { effects: await of.world.effects(deploymentId), facts: await countFacts() };
  if (after.effects.length > before.effects.length) throw new Error('a stale holder changed the world');
  expect(after).toEqual(before);
}

function removalOf(applied: readonly AppliedUnit[]): readonly PlanUnit[] {
  const facts = { action: 'delete' as const, estimatedMs: 10, costPerMonth: 0, dependsOn: [] };
  return applied.map((previous) => {
    const { engine, provider, resources, unitId } = previous;
    const removed = resources.map(({ address, type, properties }) => ({
      address,
      type,
      properties,
      ...facts,
      checks: [],
    }));
    return { ...facts, unitId, engine, provider, resources: removed, previous };
  });
}

async function countFacts(): Promise<number> {
  const { rows } = await outside.pool.query<{ count: string }>('select count(*) as count from event');
  return Number(rows[0]?.count);
}

interface Start {
  readonly unitId: string;
  readonly fencingToken: number;
}

/** What holds after every crash. */
async function judge({ effects, story, facts }: Played): Promise<void> {
  const made = effects.filter(({ what }) => !what.startsWith('delete'));
  const repeated = made.filter(({ what }, place) => made.findIndex((other) => other.what === what) < place);
  for (const { unitId } of repeated) expect(reconciled(facts), 'what happened twice was looked at').toContain(unitId);
  expect(holdersIn(made), 'the times of two holders never overlap').toEqual([...new Set(holdersIn(made))]);
  const starts = facts.filter(({ type }) => factOf(type) === 'task-started').map(({ data }) => data as Start);
  const intents = starts.map(({ fencingToken, unitId }) => `${unitId} ${fencingToken}`);
  for (const { token, unitId } of made) {
    if (token !== undefined) expect(intents, 'each effect has an intent').toContain(`${unitId} ${token}`);
  }
  const tokens = starts.map(({ fencingToken }) => fencingToken);
  expect(tokens, 'no holder comes back').toEqual([...tokens].sort((one, other) => one - other));
  for (const { data } of facts.filter(({ type }) => factOf(type) === 'task-outcome-unknown')) {
    expect(reconciled(facts), 'what was unknown was found out').toContain((data as Start).unitId);
  }
  expect((await outside.verifyChain(story.execution)).outcome).toBe('intact');
}

/** What a reader of the run sees of a row. */
function rowOf({ effects, facts }: Played): string {
  const acts = effects.map(({ what, holder }) => `${what} by ${holder}`).join(', ');
  const seen = facts.map(({ type }) => factOf(type)).filter((fact) => /unknown|resolved|retrying/.test(fact ?? ''));
  return `${acts}; ${seen.length === 0 ? 'nothing was unknown' : seen.join(', ')}`;
}

/** Who acted, one after the other. */
function holdersIn(effects: readonly Effect[]): readonly (number | string)[] {
  const holders = effects.map(({ holder }) => holder);
  return holders.filter((holder, place) => holder !== holders[place - 1]);
}

function factOf(type: string): string | undefined {
  return type.split('.')[2];
}

/** Units whose attempt was unknown and then looked at. */
function reconciled(facts: readonly PublicEvent[]): readonly string[] {
  return facts
    .filter(({ type }) => factOf(type) === 'task-resolved')
    .map(({ data }) => (data as { unitId: string }).unitId);
}

describe.each(['sandbox', 'terraform'] as const)('an executor on %s', (engine) => {
  describe.each(ENDS)('ended by %s', (end) => {
    it.for(POINTS.map((point) => ({ point, where: CRASH_POINTS[point] })))(
      'at $point ($where) does nothing twice unseen, and leaves nothing unknown',
      { timeout: 4 * LIMIT_MS },
      async ({ point }, { annotate, skip }) => {
        skip(engine === 'terraform' && lacks('terraform'));
        const played = await play({ engine, end, point });
        await judge(played);
        await annotate(rowOf(played));
      },
    );
  });
});

describe('The test sees that something is missing:', () => {
  const without = (row: Row) => play(row).then(judge);

  it('the fence', { timeout: 4 * LIMIT_MS }, async () => {
    const row: Row = { engine: 'sandbox', end: 'SIGSTOP', point: 'C20', ablation: 'fence' };
    await expect(without(row)).rejects.toThrow('a stale holder changed the world');
  });

  it('the intent', { timeout: 4 * LIMIT_MS }, async () => {
    const row: Row = { engine: 'sandbox', end: 'kill -9', point: 'C21', ablation: 'intent' };
    await expect(without(row)).rejects.toThrow('each effect has an intent');
  });

  it('the kill step', { timeout: 4 * LIMIT_MS }, async ({ skip }) => {
    skip(lacks('terraform'));
    const row: Row = { engine: 'terraform', end: 'SIGSTOP', point: 'C21', ablation: 'kill-step' };
    await expect(without(row)).rejects.toThrow('the times of two holders never overlap');
  });
});
