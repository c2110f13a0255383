import type { Comparison, Contest, Goal, Side } from '../harness/goal.js';
import { DeploymentCalls } from './deployment-calls.js';
import { FOUR_RESOURCES, startRequestWorld, type RequestWorld } from './request-world.js';
import { steadySide } from './steady-load.js';
import { fillWorld, pick, type Stored } from './stored-deployments.js';
import { Watchers } from './p21-watchers.js';

const STORED = 100_000;
const WATCHERS = [1_000, 2_000] as const;
/** So many of these in a second: 50 commands and 200 reads. */
const SHARES = { create: 50, health: 20, list: 80, status: 100 } as const;
const RATE_PER_S = Object.values(SHARES).reduce((sum, share) => sum + share, 0);
const NAMES = { floor: 'Fastify, a select or an insert', ours: 'Caisson' } as const;
const BODY = JSON.stringify(FOUR_RESOURCES);

/** Nobody deletes anything here, so that the streams are held and hardly used. */
const RARE = 'caisson.deployment.deployment-deleted.v1';

const watchedBy = (watchers: number): string => `Caisson, ${watchers.toLocaleString('en')} live streams held`;

/** What source 001 wants of its answers, in ms. */
const SOURCE_001 = [
  ['healthP99Ms', 50, 'health'],
  ['listP99Ms', 200, 'lists'],
  ['createP99Ms', 500, 'a deployment that is created'],
  ['createP99Ms', 100, 'the acknowledgement of a command'],
  ['statusP99Ms', 50, 'a status'],
] as const;

/** What source 002 promises of its answers, in ms. */
const SOURCE_002 = [
  ['listP99Ms', 100, 'reads, as lists'],
  ['statusP99Ms', 100, 'reads, as a status'],
  ['createP99Ms', 500, 'writes'],
] as const;

const COMMON_NOTES = [
  `Open loop: ${SHARES.create} commands (create) and ${RATE_PER_S - SHARES.create} reads a second, each counted from ` +
    'when it was due. Reads are lists of 50, single deployments and probes of health.',
  'Floor: as many inserts and selects at the same rate at a process of Fastify.',
];

/** P30: the targets of source system 001. */
export const steadyRequests: Goal = {
  id: 'P30',
  title: `${RATE_PER_S} requests a second, ${STORED.toLocaleString('en')} deployments stored`,
  sliceMs: 60_000,
  prepare: async (): Promise<Contest> => {
    const world = await startRequestWorld();
    const stored = await fillWorld(world, STORED);
    return {
      sides: [floorSide(world, stored), ourSide(NAMES.ours, world, stored)],
      comparisons: SOURCE_001.map(([figure, limitMs, what]) => under(NAMES.ours, figure, [limitMs, what])),
      notes: COMMON_NOTES,
      close: () => world.close(),
    };
  },
};

/** P31: the promises of source system 002. */
export const watchedRequests: Goal = {
  id: 'P31',
  title: `${RATE_PER_S} requests a second while 1,000 and 2,000 live streams are held`,
  sliceMs: 60_000,
  prepare: async (): Promise<Contest> => {
    const world = await startRequestWorld({ CAISSON_LIVE_STREAMS_PER_TENANT_MAX: '2500' });
    const stored = await fillWorld(world, STORED);
    const sides = WATCHERS.map((watchers) => ({ watchers, side: ourSide(watchedBy(watchers), world, stored) }));
    return {
      sides: [floorSide(world, stored), ...sides.map(({ side, watchers }) => watched(side, watchers, world))],
      comparisons: WATCHERS.flatMap((watchers) =>
        SOURCE_002.map(([figure, limitMs, what]) => under(watchedBy(watchers), figure, [limitMs, what])),
      ),
      notes: [
        ...COMMON_NOTES,
        'The streams are held by clients of the same tenant that wait for what seldom happens. At the end of a ' +
          'slice it happens once: a slice counts only if each of them heard of it, once.',
      ],
      close: () => world.close(),
    };
  },
};

function under(side: string, figure: string, [limitMs, what]: readonly [number, string]): Comparison {
  return {
    title: `${what}: p99 ÷ ${limitMs} ms, ${side}`,
    of: (round) => {
      const p99Ms = round.get(side)?.[figure];
      return p99Ms === undefined ? undefined : p99Ms / limitMs;
    },
    ...{ atLeast: false, gate: 1, goal: 0.25 },
  };
}

function floorSide({ floor }: RequestWorld, { floorIds }: Stored): Side {
  const insert = () => floor.connections.ask({ method: 'POST', path: '/one', body: BODY }, 202);
  const select = () => floor.connections.ask({ method: 'GET', path: `/thing/${pick(floorIds)}` }, 200);
  return steadySide(NAMES.floor, {
    ...{ pid: floor.pid, ratePerS: RATE_PER_S },
    kinds: [
      { name: 'insert', share: SHARES.create, ask: insert },
      { name: 'select', share: RATE_PER_S - SHARES.create, ask: select },
    ],
  });
}

function ourSide(name: string, { api }: RequestWorld, { ids }: Stored): Side {
  const calls = new DeploymentCalls(api.connections);
  return steadySide(name, {
    ...{ pid: api.pid, ratePerS: RATE_PER_S },
    kinds: [
      { name: 'create', share: SHARES.create, ask: () => calls.create() },
      { name: 'health', share: SHARES.health, ask: () => calls.health() },
      { name: 'list', share: SHARES.list, ask: () => calls.list() },
      { name: 'status', share: SHARES.status, ask: () => calls.read(pick(ids)) },
    ],
  });
}

/** The same while so many hold a live stream. */
function watched(side: Side, watchers: number, { api, stream }: RequestWorld): Side {
  const calls = new DeploymentCalls(api.connections);
  return {
    name: side.name,
    measure: async (sliceMs) => {
      const open = await Watchers.open(watchers, `${stream.url}?type=${RARE}`, stream.headers);
      try {
        const figures = await side.measure(sliceMs);
        await calls.remove(await calls.create());
        await open.received(1);
        return figures;
      } finally {
        open.close();
      }
    },
  };
}
