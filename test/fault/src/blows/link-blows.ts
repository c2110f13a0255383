import type { ServerName } from '@caisson/local';
import type { LinkMode, SeededRandom } from '@caisson/testing';
import type { AimedBlow, Blow, FaultRow } from './blow.js';

const SERVERS: readonly ServerName[] = ['postgres', 'kafka', 'redis'];

/** A link between one service, or all of them, and a server goes wrong. */
function linkBlow(given: {
  readonly name: string;
  readonly rows: readonly FaultRow[];
  readonly weight: number;
  readonly mode: LinkMode;
  readonly server: ServerName;
  readonly msMax: number;
}): Blow {
  const { mode, msMax, name, rows, server, weight } = given;
  const aim = (random: SeededRandom, services: readonly string[]): AimedBlow => {
    const hit = random.chance(0.3) ? services : [random.pick(services)];
    const lastsMs = random.between(300, msMax);
    return {
      says: `${hit.length === 1 ? hit.join() : 'all'} to ${server}: ${mode} for ${lastsMs} ms`,
      lastsMs,
      strike: async (stack) => {
        for (const service of hit) stack.link(service, server).become(mode);
      },
      end: async (stack) => {
        for (const service of hit) stack.link(service, server).become('open');
      },
    };
  };
  return { name, rows, weight, aim };
}

const ROWS_OF: Readonly<Record<ServerName, readonly FaultRow[]>> = {
  postgres: ['F21', 'F25'],
  kafka: ['F20', 'F32'],
  redis: ['F42'],
};

/** Faults of what lies between a service and a server. */
export const LINK_BLOWS: readonly Blow[] = [
  ...SERVERS.flatMap((server) => [
    linkBlow({
      ...{ name: `${server} refuses a service`, mode: 'refuse' as const, server, msMax: 5_000 },
      ...{ rows: ROWS_OF[server], weight: 1 },
    }),
    linkBlow({
      ...{ name: `${server} does not answer a service`, mode: 'hang' as const, server, msMax: 5_000 },
      ...{ rows: [...ROWS_OF[server], ...(server === 'redis' ? (['F43'] as const) : [])], weight: 1 },
    }),
    linkBlow({
      ...{ name: `what a service asks of ${server} is lost`, mode: 'drop-requests' as const, server, msMax: 5_000 },
      ...{ rows: ROWS_OF[server], weight: 0.5 },
    }),
  ]),
  linkBlow({
    ...{ name: 'answers of Postgres are lost', mode: 'drop-answers', server: 'postgres', msMax: 5_000 },
    ...{ rows: ['F22'], weight: 2 },
  }),
  linkBlow({
    ...{ name: 'connections to Postgres end in place of an answer', mode: 'lose-answers', server: 'postgres' },
    ...{ rows: ['F22', 'F25'], weight: 3, msMax: 2_000 },
  }),
  linkBlow({
    ...{ name: 'acknowledgements of Kafka are lost', mode: 'lose-answers', server: 'kafka', msMax: 3_000 },
    ...{ rows: ['F33'], weight: 2 },
  }),
  linkBlow({
    ...{ name: 'answers of Redis are lost', mode: 'drop-answers', server: 'redis', msMax: 5_000 },
    ...{ rows: ['F43'], weight: 1 },
  }),
  {
    name: 'a server is slow',
    rows: ['F27'],
    weight: 2,
    aim: (random, services) => {
      const [service, server] = [random.pick(services), random.pick(SERVERS)];
      const [ms, lastsMs] = [random.between(20, 2_000), random.between(1_000, 6_000)];
      return {
        says: `${service} to ${server}: ${ms} ms slower for ${lastsMs} ms`,
        lastsMs,
        strike: async (stack) => stack.link(service, server).delay(ms),
        end: async (stack) => stack.link(service, server).delay(0),
      };
    },
  },
];
