import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaissonClient } from '@caisson/client';
import { startDistributedStack, type DistributedStack, type ServiceProcess } from '@caisson/local';
import { eventually, markedProcessesOf } from '@caisson/testing';
import pg from 'pg';
import { makeTemporaryDirectory } from './temporary-directory.js';
import { TerraformWorld } from './terraform-world.js';

const ACCOUNT = { username: 'admin', password: 'correct horse battery staple' };
const EXECUTORS = ['executor', 'executor-2'] as const;
/** The lease must run out, and the frozen holder's tool has two minutes to stop before it is killed. */
const LIMIT_MS = 300_000;

interface RecordedFact {
  readonly version: string;
  readonly type: string;
  readonly token: string | null;
}

describe('an executor that freezes while Terraform works', () => {
  let stack: DistributedStack;
  let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
  let client: CaissonClient;
  let database: pg.Pool;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory();
    stack = await startDistributedStack({
      directory: directory.path,
      durable: false,
      replicas: { executor: 2 },
      environment: { CAISSON_TOOL_GRACE_SECONDS: '10' }, // The frozen executor's tool uses all of it.
    });
    database = new pg.Pool({ connectionString: stack.databaseUrl, max: 2 });
    const anonymous = new CaissonClient({ url: stack.url });
    await anonymous.register({ ...ACCOUNT, bootstrapToken: stack.bootstrapToken });
    client = new CaissonClient({ url: stack.url, token: (await anonymous.login(ACCOUNT)).access_token });
  }, 120_000);

  afterAll(async () => {
    await database.end();
    await stack.stop();
    await directory.remove();
  });

  function executors(): readonly ServiceProcess[] {
    return EXECUTORS.map((name) => stack.services.get(name)).filter((service) => service !== undefined);
  }

  /** The executor that runs a tool whose command line holds the text. */
  async function holderOf(text: string): Promise<ServiceProcess | undefined> {
    for (const service of executors()) if ((await markedProcessesOf(text, service.pid)).length > 0) return service;
    return undefined;
  }

  async function factsOf(runId: string): Promise<readonly RecordedFact[]> {
    const found = await database.query<RecordedFact>(
      'select version, type, fencing_token as token from event where stream_id = $1 order by version',
      [`execution-${runId}`],
    );
    return found.rows;
  }

  const wanted = (name: string, resource: object) => ({
    name,
    autoApprove: true,
    onFailure: 'keep',
    resources: [resource],
  });

  it(
    'is replaced by another, and writes nothing when it wakes up',
    async () => {
      const world = new TerraformWorld(directory.path, 'frozen');
      const mark = `27${String(Date.now()).slice(-6)}`;
      const gate = join(directory.path, 'go-on');
      // Holds the apply up only as long as the first holder is frozen.
      const second = `test -f '${gate}' || sleep ${mark}`;
      const { run } = await client.createDeployment(wanted('frozen', world.resource('base', second)));
      const holder = await eventually('the apply to hang', () => holderOf(`sleep ${mark}`), 60_000);
      const tokens = async () =>
        (await factsOf(run.id)).map(({ token }) => Number(token ?? 0)).filter((token) => token > 0);
      const first = Math.max(...(await tokens()));

      holder.signal('SIGSTOP');
      await writeFile(gate, '');
      const completed = await client.waitForRun(run.id, { limitMs: LIMIT_MS });
      expect(completed).toMatchObject({ state: 'completed' });
      expect(await markedProcessesOf(`sleep ${mark}`)).toEqual([]);
      const before = await factsOf(run.id);

      holder.signal('SIGCONT');
      await eventually('the frozen executor to be ready again', () => isReady(holder), 60_000);
      const other = new TerraformWorld(directory.path, 'after');
      const later = await client.createDeployment(wanted('after', other.resource('base', 'true')));
      await client.waitForRun(later.run.id, { states: ['completed'] });
      await eventually(
        'nothing of the old attempt to run',
        async () => (await holderOf('terraform')) === undefined,
        30_000,
      );

      expect(await factsOf(run.id)).toEqual(before);
      const recorded = await factsOf(run.id);
      const held = await tokens();
      expect(held).toEqual(held.toSorted((left, right) => left - right));
      expect(held.at(-1)).toBeGreaterThan(first);
      // What came after the freeze happened once. What Terraform had made and not stored yet when it was killed is made
      // again, but only after its state was read, and that is on record.
      const told = await world.told();
      expect(told.filter((line) => line !== '+first')).toEqual(['+second', '+third']);
      const facts = recorded
        .map(({ type }) => type)
        .filter((type) => /^Task(Started|OutcomeUnknown|Resolved)$/.test(type));
      expect(facts.slice(0, 3)).toEqual(['TaskStarted', 'TaskOutcomeUnknown', 'TaskResolved']);
      expect(told.filter((line) => line === '+first')).toHaveLength(
        facts.filter((type) => type === 'TaskStarted').length,
      );
    },
    LIMIT_MS + 120_000,
  );
});

async function isReady(service: ServiceProcess): Promise<boolean> {
  const response = await fetch(`${service.url}/readyz`, { signal: AbortSignal.timeout(2_000) });
  await response.arrayBuffer();
  return response.ok;
}
