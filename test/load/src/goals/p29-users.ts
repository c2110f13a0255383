import { ratio, type Comparison, type Contest, type Figures, type Goal, type Side } from '../harness/goal.js';
import { treeTimeUs } from '../harness/processor-time.js';
import { latencyFigures, quantile } from '../harness/statistics.js';
import { DeploymentCalls } from './deployment-calls.js';
import { FOUR_RESOURCES, startRequestWorld, type Asked } from './request-world.js';
import { fillWorld, pick, type Stored } from './stored-deployments.js';

const [USERS, STORED] = [50, 10_000];
const NAMES = { floor: 'Fastify, a select or an insert', ours: 'Caisson' } as const;
const BODY = JSON.stringify(FOUR_RESOURCES);

/** What the report of source 001 says of its load test. It was not measured here, nor by its own authors. */
const SOURCE_001 = { ratePerS: 110.5, createP50Ms: 72, createP95Ms: 165, createP99Ms: 245 } as const;

/** What a user does next: times out of a hundred. A whole workflow is several requests. */
const SHARES = { probe: 10, read: 50, write: 30, workflow: 10 } as const;

/** P29: the load test of source system 001. */
export const mixedUsers: Goal = {
  id: 'P29',
  title: `${USERS} users who probe, read, write and go whole ways, ${STORED.toLocaleString('en')} deployments stored`,
  sliceMs: 60_000,
  prepare: async (): Promise<Contest> => {
    const world = await startRequestWorld();
    const stored = await fillWorld(world, STORED);
    return {
      sides: [floorSide(world.floor, stored), ourSide(world.api, stored)],
      comparisons: [
        {
          title: `requests/s ÷ ${SOURCE_001.ratePerS}, as source 001 reports`,
          of: (round) => toPublished(round.get(NAMES.ours), 'ratePerS'),
          ...{ atLeast: true, gate: 3, goal: 10 },
        },
        ...(['createP50Ms', 'createP95Ms', 'createP99Ms'] as const).map((figure): Comparison => ({
          title: `${figure} ÷ ${SOURCE_001[figure]}, as source 001 reports`,
          of: (round) => toPublished(round.get(NAMES.ours), figure),
          ...{ atLeast: false, gate: 1, goal: 0.2 },
        })),
        { title: 'requests/s ÷ floor', of: ratio('ratePerS', NAMES.ours, NAMES.floor), atLeast: true },
      ],
      notes: [
        'Of a hundred turns of a user 10 ask for health or metrics, 50 read (a list, a filtered list, a deployment), ' +
          '30 write (create, cancel, change, remove, one after the other) and 10 go the whole way: create, read, ' +
          'list its runs, cancel, change, remove. Each answer must have the status that is due, or the slice does ' +
          'not count.',
        'The API alone, so that nothing is planned or executed: that is P32. Each write is committed, fsync on. ' +
          'Source 001 reported 99.92 % good answers; its report was made from constants.',
        'Floor: 60 of 100 turns are one select, 40 one insert, at a process of Fastify.',
      ],
      close: () => world.close(),
    };
  },
};

function toPublished(figures: Figures | undefined, figure: keyof typeof SOURCE_001): number | undefined {
  const value = figures?.[figure];
  return value === undefined ? undefined : value / SOURCE_001[figure];
}

/** A turn: one request or several, each of which is counted as it is answered. */
type Turn = (count: Counted) => Promise<void>;

class Counted {
  readonly all: number[] = [];
  readonly creates: number[] = [];

  async time<Answer>(ask: () => Promise<Answer>, isCreate = false): Promise<Answer> {
    const begun = performance.now();
    const answer = await ask();
    const tookMs = performance.now() - begun;
    this.all.push(tookMs);
    if (isCreate) this.creates.push(tookMs);
    return answer;
  }
}

function usersSide(name: string, asked: Asked, turnsOf: () => () => Turn): Side {
  return {
    name,
    measure: async (sliceMs) => {
      const counted = new Counted();
      const before = treeTimeUs(asked.pid);
      const begun = performance.now();
      const user = async (): Promise<void> => {
        const nextTurn = turnsOf();
        while (performance.now() < begun + sliceMs) await nextTurn()(counted);
      };
      await Promise.all(Array.from({ length: USERS }, user));
      const seconds = (performance.now() - begun) / 1000;
      const creates = Float64Array.from(counted.creates).sort();
      return {
        requests: counted.all.length,
        ratePerS: counted.all.length / seconds,
        ...latencyFigures(counted.all),
        ...{ createP50Ms: quantile(creates, 0.5), createP95Ms: quantile(creates, 0.95) },
        createP99Ms: quantile(creates, 0.99),
        serverCpuUs: (treeTimeUs(asked.pid) - before) / counted.all.length,
      };
    },
  };
}

function floorSide(floor: Asked, { floorIds }: Stored): Side {
  const { connections } = floor;
  return usersSide(NAMES.floor, floor, () => () => async (counted) => {
    const isRead = Math.random() * 100 < SHARES.probe + SHARES.read;
    await (isRead
      ? counted.time(() => connections.ask({ method: 'GET', path: `/thing/${pick(floorIds)}` }, 200))
      : counted.time(() => connections.ask({ method: 'POST', path: '/one', body: BODY }, 202), true));
  });
}

function ourSide(api: Asked, { ids }: Stored): Side {
  const calls = new DeploymentCalls(api.connections);
  const probes: readonly Turn[] = [
    (counted) => counted.time(() => calls.health()),
    (counted) => counted.time(() => calls.metrics()),
  ];
  const reads: readonly Turn[] = [
    (counted) => counted.time(() => calls.list()),
    (counted) => counted.time(() => calls.list('&environment=development')),
    (counted) => counted.time(() => calls.read(pick(ids))),
  ];
  return usersSide(NAMES.ours, api, () => {
    const write = writesOf(calls);
    return () => {
      const place = Math.random() * 100;
      if (place < SHARES.probe) return oneOf(probes);
      if (place < SHARES.probe + SHARES.read) return oneOf(reads);
      return place < SHARES.probe + SHARES.read + SHARES.write ? write : (counted) => wholeWay(calls, counted);
    };
  });
}

const oneOf = (turns: readonly Turn[]): Turn =>
  turns[Math.floor(Math.random() * turns.length)] ?? (async () => undefined);

/** The writes of one user: what it created last it cancels, changes and removes, one per turn. */
function writesOf(calls: DeploymentCalls): Turn {
  let last: Awaited<ReturnType<DeploymentCalls['create']>> | undefined;
  let done = 0;
  return async (counted) => {
    const known = last;
    const steps = [calls.cancel, calls.change, calls.remove].map((step) => step.bind(calls));
    const step = known === undefined ? undefined : steps[done];
    if (known === undefined || step === undefined) {
      last = await counted.time(() => calls.create(), true);
      done = 0;
      return;
    }
    last = await counted.time(() => step(known));
    done += 1;
  };
}

async function wholeWay(calls: DeploymentCalls, counted: Counted): Promise<void> {
  const created = await counted.time(() => calls.create(), true);
  const { id } = created.deployment;
  await counted.time(() => calls.read(id));
  await counted.time(() => calls.runsOf(id));
  const cancelled = await counted.time(() => calls.cancel(created));
  const changed = await counted.time(() => calls.change(cancelled));
  await counted.time(() => calls.remove(changed));
}
