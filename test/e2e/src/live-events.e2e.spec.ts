import { CaissonClient, type WatchedEvent, type WatchOptions } from '@caisson/client';
import { startDistributedStack, type DistributedStack, type ServiceProcess } from '@caisson/local';
import { eventually } from '@caisson/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT } from './embedded-caisson.js';
import { makeTemporaryDirectory } from './temporary-directory.js';

const PUBLIC_EVENTS = `select q.global_seq as place, e.event_id as id from event_seq q join event e using (event_id)
  where q.context is not null order by q.global_seq`;

let stack: DistributedStack;
let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let database: pg.Pool;
let token: string;

beforeAll(async () => {
  directory = await makeTemporaryDirectory();
  stack = await startDistributedStack({ directory: directory.path, durable: false, replicas: { api: 2 } });
  database = new pg.Pool({ connectionString: stack.databaseUrl, max: 1 });
  const anonymous = new CaissonClient({ url: stack.url });
  await anonymous.register({ ...ACCOUNT, bootstrapToken: stack.bootstrapToken });
  token = (await anonymous.login(ACCOUNT)).access_token;
}, 120_000);
afterAll(async () => {
  await database.end();
  await stack.stop();
  await directory.remove();
});

const replica = (name: 'api' | 'api-2'): ServiceProcess => stack.services.get(name)!;
const clientOf = (name: 'api' | 'api-2') => new CaissonClient({ url: replica(name).url, token });

/** What the store numbered for everybody, in its order. */
async function numbered(): Promise<readonly string[]> {
  const { rows } = await database.query<{ place: string; id: string }>(PUBLIC_EVENTS);
  return rows.map(({ id, place }) => `${place} ${id}`);
}

const shown = ({ event, place }: WatchedEvent): string => `${place} ${event.id}`;

/** Deployments that plan, approve and apply themselves, until all of them are done. */
async function work(client: CaissonClient, names: readonly string[]): Promise<readonly string[]> {
  const resources = ['first', 'second', 'third'].map((name) => {
    return { name, engine: 'sandbox', type: 'record', properties: { data: {} } };
  });
  return Promise.all(
    names.map(async (name) => {
      const desired = { name, autoApprove: true, autoExecute: true, resources };
      const { deployment, run } = await client.createDeployment(desired);
      expect(await client.waitForRun(run.id)).toMatchObject({ state: 'completed' });
      return deployment.id;
    }),
  );
}

/** Somebody who watches in the background, until told to stop. */
function watcher(
  client: CaissonClient,
  options: WatchOptions,
): { seen: WatchedEvent[]; cuts: string[]; end: () => Promise<void> } {
  const stop = new AbortController();
  const [seen, cuts]: [WatchedEvent[], string[]] = [[], []];
  const watching = (async () => {
    const onReconnect = (reason: string): void => void cuts.push(reason);
    for await (const event of client.watchEvents({ ...options, onReconnect, signal: stop.signal })) seen.push(event);
  })();
  const end = async (): Promise<void> => {
    stop.abort();
    await watching;
  };
  return { seen, cuts, end };
}

describe('a watcher who comes back', () => {
  it('sees every event once and in order through kill -9 of the process that serves it', async () => {
    const all = watcher(clientOf('api'), { after: '0' });
    for (const round of [1, 2, 3]) {
      const working = work(
        clientOf('api-2'),
        [1, 2, 3].map((number) => `killed-${round}-${number}`),
      );
      const before = all.seen.length;
      await eventually('the watcher to hear of the work', async () => all.seen.length > before + 5);
      await replica('api').kill();
      await working; // The other process goes on with everything.
      await replica('api').start();
    }
    const expected = await numbered();
    await eventually('the watcher to have caught up', async () => all.seen.length >= expected.length);
    await all.end();
    expect(all.seen.map(shown)).toEqual(expected);
    expect(all.cuts.length).toBeGreaterThanOrEqual(3);
  });

  it('sees the same from whichever replica it asks', async () => {
    const working = work(clientOf('api-2'), ['switched-1', 'switched-2', 'switched-3', 'switched-4']);
    const seen: WatchedEvent[] = [];
    const takeSome = async (name: 'api' | 'api-2', until?: string): Promise<void> => {
      const after = seen.at(-1)?.place ?? '0';
      for await (const event of clientOf(name).watchEvents({ after, ...(until === undefined ? {} : { until }) })) {
        seen.push(event);
        if (until === undefined && seen.length % 7 === 0) return;
      }
    };
    let turns = 0;
    const isBehind = async (): Promise<boolean> => seen.length + 7 < (await numbered()).length;
    for (; await isBehind(); turns += 1) await takeSome(turns % 2 === 0 ? 'api' : 'api-2');
    await working;
    await takeSome('api', await clientOf('api').eventHead());
    expect(turns).toBeGreaterThan(10);
    expect(seen.map(shown)).toEqual(await numbered());
  });

  it('sees one deployment, and nothing else, on a stream that stays open and after it was cut', async () => {
    const [watched = '', other = ''] = await work(clientOf('api'), ['watched', 'other']);
    const after = await clientOf('api').eventHead();
    const all = watcher(clientOf('api-2'), { after });
    const one = watcher(clientOf('api'), { after, deployment: watched });
    const destroy = async (id: string): Promise<void> => {
      const { run } = await clientOf('api-2').destroyDeployment(id);
      await replica('api').kill();
      await clientOf('api-2').waitForRun(run!.id, { states: ['completed'] });
      await replica('api').start();
    };
    await destroy(other);
    await destroy(watched);
    const deletions = (): number => all.seen.filter(({ event }) => event.type.includes('deployment-deleted')).length;
    await eventually('both ends to be told', async () => deletions() === 2);
    const expected = all.seen.filter(({ event }) => {
      return event.subject === `deployment-${watched}` || event.data['deploymentId'] === watched;
    });
    await eventually('the watcher of one to have caught up', async () => one.seen.length >= expected.length);
    await Promise.all([all.end(), one.end()]);
    expect(one.seen).toEqual(expected);
    expect(expected.length).toBeGreaterThan(10);
    expect(all.seen.length).toBeGreaterThan(2 * expected.length - 2);
  });
});
