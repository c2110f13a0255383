import { fork } from 'node:child_process';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startBenchStack } from '../harness/bench-stack.js';
import { ratio, type Contest, type Goal, type Side } from '../harness/goal.js';
import { KeptConnections } from '../harness/kept-connections.js';
import { endProcess } from './footprint-process.js';
import type { Asked } from './request-world.js';
import { steadySide } from './steady-load.js';

const FLOOR_PROGRAM = fileURLToPath(new URL('../floors/request-floor.js', import.meta.url));

/** 5,000 in six seconds. */
const RATE_PER_S = 5_000 / 6;
const REPEATED_OF_TEN = 3;
/** A repeat is of one that came so many deliveries before: a forge that had no answer in time. */
const REPEATED_AFTER = 50;
const NAMES = { floor: 'Fastify, signature and one insert', ours: 'Caisson, Kafka stopped' } as const;

/** P35: a burst of signed pushes. */
export const burstOfDeliveries: Goal = {
  id: 'P35',
  title: `webhook → 202: 5,000 signed pushes in 6 s, ${REPEATED_OF_TEN * 10} % repeated, Kafka stopped`,
  sliceMs: 6_000,
  prepare: async (): Promise<Contest> => {
    const secret = randomBytes(24).toString('hex');
    const hook = { id: 'bench', kind: 'github', tenantId: randomUUID(), secret };
    const { server, stack, stop } = await startBenchStack({ CAISSON_WEBHOOK_HOOKS: JSON.stringify([hook]) });
    const floorUrl = await server.createDatabase('deliveries_floor');
    const child = fork(FLOOR_PROGRAM, [floorUrl, secret]);
    const [port] = (await once(child, 'message')) as [number];
    await stack.kafka.stop();
    const pools = [floorUrl, stack.databaseUrl].map((connectionString) => new pg.Pool({ connectionString, max: 1 }));
    const [floorPool, pool] = pools;
    if (floorPool === undefined || pool === undefined) throw new Error('There are two databases.');
    const floor = { pid: child.pid ?? 0, connections: new KeptConnections(`http://127.0.0.1:${port}`) };
    const ingest = stack.services.get('webhook-ingest');
    const ours = { pid: ingest?.pid ?? 0, connections: new KeptConnections(stack.webhooksUrl) };
    const inbox = `select count(*) from event where type like 'Delivery%' and tenant_id = '${hook.tenantId}'`;
    return {
      sides: [
        deliveriesSide(NAMES.floor, floor, {
          path: '/signed',
          secret,
          rows: countIn(floorPool, THINGS),
          keepsRepeats: true,
        }),
        deliveriesSide(NAMES.ours, ours, { path: `/webhooks/${hook.id}`, secret, rows: countIn(pool, inbox) }),
      ],
      comparisons: [
        {
          title: 'p99 ÷ signature and one insert',
          of: ratio('deliveryP99Ms', NAMES.ours, NAMES.floor),
          ...{ atLeast: false, gate: 3, goal: 1.5 },
        },
        {
          title: 'p99 in ms',
          of: (round) => round.get(NAMES.ours)?.['deliveryP99Ms'],
          ...{ atLeast: false, gate: 1_000 },
        },
      ],
      notes: [
        'Open loop; each delivery is counted from when it was due. The distributed profile, five services and their ' +
          'Postgres on the machine of the sender, fsync on, Kafka stopped before the first delivery.',
        `Of ten deliveries ${REPEATED_OF_TEN} are the same bytes as one shortly before. A slice counts only if the ` +
          'store holds exactly one delivery more for each that is not.',
        'Floor: HMAC-SHA256 over the raw body, JSON.parse and one insert; it keeps repeats.',
      ],
      close: async () => {
        for (const { connections } of [floor, ours]) connections.close();
        for (const each of pools) await each.end();
        await endProcess(child);
        await stop();
      },
    };
  },
};

const THINGS = 'select count(*) from thing';

const countIn = (pool: pg.Pool, sql: string) => async (): Promise<number> => {
  const { rows } = await pool.query<{ count: string }>(sql);
  return Number(rows[0]?.count);
};

interface Inbox {
  readonly path: string;
  readonly secret: string;
  rows(): Promise<number>;
  readonly keepsRepeats?: boolean;
}

/** A burst in each slice, of deliveries that did not come in another. */
function deliveriesSide(name: string, { connections, pid }: Asked, { path, secret, rows, keepsRepeats }: Inbox): Side {
  let sent = 0;
  const bodies: string[] = [];
  const deliver = async (): Promise<void> => {
    const isRepeat = sent % 10 < REPEATED_OF_TEN && bodies.length > REPEATED_AFTER;
    sent += 1;
    const body = (isRepeat ? bodies.at(-REPEATED_AFTER) : undefined) ?? newBody(bodies);
    const headers = {
      'x-github-event': 'push',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    };
    await connections.ask({ method: 'POST', path, body, headers }, 202);
  };
  const side = steadySide(name, { pid, ratePerS: RATE_PER_S, kinds: [{ name: 'delivery', share: 1, ask: deliver }] });
  return {
    name,
    measure: async (sliceMs) => {
      const [rowsBefore, sentBefore, newBefore] = [await rows(), sent, bodies.length];
      const figures = await side.measure(sliceMs);
      const expected = keepsRepeats === true ? sent - sentBefore : bodies.length - newBefore;
      const kept = (await rows()) - rowsBefore;
      if (kept !== expected) throw new Error(`${kept} deliveries were kept, and ${expected} were sent`);
      return figures;
    },
  };
}

/** A push of some kilobytes, as a forge sends it. */
function newBody(bodies: string[]): string {
  const commit = randomBytes(20).toString('hex');
  const body = JSON.stringify({
    ...{ ref: 'refs/heads/main', after: commit, repository: { full_name: 'acme/shop' }, sender: { login: 'mia' } },
    commits: Array.from({ length: 5 }, (_, place) => ({ id: commit, message: `change ${place} `.padEnd(300, '.') })),
  });
  bodies.push(body);
  return body;
}
