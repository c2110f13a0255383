import { ratio, type Contest, type Goal, type Round } from '../harness/goal.js';
import { askingSide, startRequestWorld, storeCopies } from './request-world.js';
import { fillWorld, pick } from './stored-deployments.js';

const CALLERS = 32;
const [FEW, MANY] = [1_000, 100_000];
const FILTER = 'development';
const NAMES = {
  floor: 'Fastify, one select',
  ours: 'Caisson',
  few: `Caisson, list of 50 out of ${FEW.toLocaleString('en')}`,
  many: `Caisson, list of 50 out of ${MANY.toLocaleString('en')}`,
  filtered: `Caisson, filtered list of 50 out of ${MANY.toLocaleString('en')}`,
  token: 'Caisson, with a token, one caller',
  noToken: 'Caisson, without one, one caller',
} as const;

/** P20, and what issue 5 wants of lists and tokens. */
export const readDeployments: Goal = {
  id: 'P20',
  title: `GET /deployments/{id} of ${MANY.toLocaleString('en')}, ${CALLERS} connections; lists; a login`,
  sliceMs: 2_000,
  prepare: async (): Promise<Contest> => {
    const world = await startRequestWorld();
    const { api, floor } = world;
    const ask = (path: string) => () => api.connections.ask({ method: 'GET', path: `/api/v1${path}` }, 200);
    const { first, floorIds, ids } = await fillWorld(world, MANY);
    const few = await world.another('few');
    await storeCopies(world, first, { count: FEW, forTenant: few.tenantId });
    const one = () => api.connections.ask({ method: 'GET', path: `/api/v1/deployments/${pick(ids)}` }, 200);
    const bare = () => floor.connections.ask({ method: 'GET', path: `/thing/${pick(floorIds)}` }, 200);
    const lists = { asked: api, call: ask('/deployments?limit=50') };
    return {
      sides: [
        askingSide(NAMES.floor, CALLERS, { asked: floor, call: bare }),
        askingSide(NAMES.ours, CALLERS, { asked: api, call: one }),
        askingSide(NAMES.many, 1, lists),
        askingSide(NAMES.few, 1, {
          asked: few,
          call: () => few.connections.ask({ method: 'GET', path: '/api/v1/deployments?limit=50' }, 200),
        }),
        askingSide(NAMES.filtered, 1, { asked: api, call: ask(`/deployments?limit=50&environment=${FILTER}`) }),
        askingSide(NAMES.token, 1, { asked: api, call: ask('/auth/me') }),
        askingSide(NAMES.noToken, 1, {
          asked: api,
          call: () => api.connections.ask({ method: 'GET', path: '/.well-known/jwks.json' }, 200),
        }),
      ],
      comparisons: [
        {
          title: 'rate ÷ one select',
          of: ratio('ratePerS', NAMES.ours, NAMES.floor),
          ...{ atLeast: true, gate: 0.4, goal: 0.6 },
        },
        { title: 'p99 ÷ one select', of: ratio('p99Ms', NAMES.ours, NAMES.floor), ...{ atLeast: false, goal: 2 } },
        { title: 'list of 50, p99 in ms', of: figure(NAMES.many, 'p99Ms'), ...{ atLeast: false, gate: 50 } },
        {
          title: 'filtered list of 50, p99 in ms',
          of: figure(NAMES.filtered, 'p99Ms'),
          ...{ atLeast: false, gate: 50 },
        },
        {
          title: 'list out of 100,000 ÷ out of 1,000, p50',
          of: ratio('p50Ms', NAMES.many, NAMES.few),
          ...{ atLeast: false, gate: 1.5 },
        },
        {
          title: 'token, session, rights and their answer, ms of CPU',
          of: (round) => difference(round, 'serverCpuUs') / 1000,
          atLeast: false,
        },
      ],
      notes: [
        'Deployments are copies of one that was created, as the read model keeps them. An answer has the deployment, ' +
          'what is desired and its links; it is read from two documents.',
        'Token, session and rights: `GET /auth/me` less the public key set, which is the smallest answer of all.',
      ],
      close: () => world.close(),
    };
  },
};

const figure = (side: string, name: string) => (round: Round) => round.get(side)?.[name];

function difference(round: Round, name: string): number {
  return (round.get(NAMES.token)?.[name] ?? 0) - (round.get(NAMES.noToken)?.[name] ?? 0);
}
