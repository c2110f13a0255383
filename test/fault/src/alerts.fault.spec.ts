import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CaissonClient } from '@caisson/client';
import { openEventStore } from '@caisson/event-store-postgres';
import { SandboxWorld, startDistributedStack, type DistributedStack } from '@caisson/local';
import { eventually, lacks, newAppend, newContext } from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// A real Prometheus with the rules as they are shipped: an alert for something that must last takes its time here too.

const ROOT = join(import.meta.dirname, '../../..');
const ACCOUNT = { username: 'admin', password: 'correct horse battery staple' } as const;
const NETWORK = { name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.1.0.0/16' } };

/** Longer than the executor lives. */
const SLOW = { match: { method: 'POST', type: 'network' }, behaviour: { kind: 'delay', ms: 30_000 } };

/** The slowest wants two minutes, of which the first scrapes come late. */
const FIRING_MS_MAX = 200_000;
const ENDED_MS_MAX = 60_000;

/** What each fault sets off. */
const EXPECTED = {
  'the executor is dead': ['CaissonServiceDown', 'CaissonQueueWaits'],
  'Kafka is away': ['CaissonRelayFails', 'CaissonRelayStuck'],
  'Redis is away': ['CaissonRedisAway'],
  'an event cannot be handled': ['CaissonStreamParked'],
};

/** Metrics that stand still while all is well; see `metrics.e2e.spec.ts` for the others. */
const MOVED = [
  'caisson_consumer_parked_streams_total',
  'caisson_consumer_swept_events_total',
  'caisson_lock_takeovers_total',
  'caisson_queue_jobs{state="due"}',
  'caisson_queue_oldest_due_seconds',
  'caisson_rate_limiter_away',
  'caisson_redis_operations_total{outcome="failed"}',
  'caisson_relay_failures_total',
];

/** The others look back on some minutes, or wait for a person. */
const ENDING = new Set(['CaissonServiceDown', 'CaissonQueueWaits', 'CaissonRelayStuck', 'CaissonRedisAway']);
const NAMES = Object.values(EXPECTED).flat();

interface Alert {
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

describe.skipIf(lacks('kafka') || lacks('redis') || lacks('prometheus'))('the alerts', () => {
  let directory: string;
  let stack: DistributedStack;
  let client: CaissonClient;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caisson-alerts-'));
    await chmod(directory, 0o755); // Postgres runs as another user.
    stack = await startDistributedStack({ directory, durable: false, observe: {} });
    const anonymous = new CaissonClient({ url: stack.url });
    await anonymous.register({ ...ACCOUNT, bootstrapToken: stack.bootstrapToken });
    client = new CaissonClient({ url: stack.url, token: (await anonymous.login(ACCOUNT)).access_token });
  });
  afterAll(async () => {
    await stack.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function ask<Data>(path: string): Promise<Data> {
    const response = await fetch(`${stack.prometheus?.url ?? ''}/api/v1/${path}`);
    return ((await response.json()) as { data: Data }).data;
  }

  async function firing(): Promise<readonly Alert[]> {
    return (await ask<{ alerts: Alert[] }>('alerts')).alerts.filter(({ state }) => state === 'firing');
  }

  async function isAbove0(query: string): Promise<boolean> {
    const { result } = await ask<{ result: { value: [number, string] }[] }>(`query?query=${encodeURIComponent(query)}`);
    return Number(result[0]?.value[1] ?? 0) > 0;
  }

  const create = () =>
    client.createDeployment({ name: `watched-${randomUUID()}`, autoApprove: true, resources: [NETWORK] });

  /** A fact that no release can read: its data lack everything. */
  async function recordPoison(): Promise<void> {
    const store = await openEventStore({ url: stack.databaseUrl });
    try {
      const stream = { tenantId: randomUUID(), streamId: `deployment-${randomUUID()}` };
      const publicForm = { type: 'caisson.deployment.run-planning-started.v1' };
      const events = [{ type: 'RunPlanningStarted', schemaVersion: 1, data: {}, publicForm }];
      await store.events.append(newAppend({ stream, events, context: newContext({ service: 'api' }) }));
    } finally {
      await store.close();
    }
  }

  it('of Kafka, Redis, the executor and a parked stream fire when each of them is in trouble', async () => {
    await recordPoison();
    await eventually('the stream to be set aside', () => isAbove0('sum(caisson_consumer_parked_streams)'), 40_000);
    await new SandboxWorld(stack.sandboxUrl).arm(SLOW);
    await client.waitForRun((await create()).run.id, { states: ['executing'] });
    await eventually('the attempt', () => isAbove0('sum(caisson_execution_slots_taken)'), 20_000);
    await stack.services.get('executor')?.kill();
    await stack.kafka.stop('SIGKILL');
    await stack.redis.stop('SIGKILL');
    await create(); // Accepted all the same, and now something waits.
    const alerts = await eventually(
      'the alerts',
      async () => {
        const all = await firing();
        const names = new Set(all.map(({ labels }) => labels['alertname'] ?? ''));
        const quiet = NAMES.filter((name) => !names.has(name));
        if (quiet.length > 0) throw new Error(`${quiet.join(', ')} did not fire`);
        return all;
      },
      FIRING_MS_MAX,
    );
    expect(alerts.find(({ labels }) => labels['alertname'] === 'CaissonServiceDown')?.labels['instance']).toBe(
      'executor',
    );
  });

  it('lead to runbooks whose commands run, and show what there is to see', async () => {
    const runbooks = new Set((await firing()).map(({ annotations }) => annotations['runbook_url'] ?? ''));
    expect(runbooks.size).toBeGreaterThanOrEqual(5);
    const environment = {
      ...process.env,
      PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
      CAISSON: stack.url,
      PROMETHEUS: stack.prometheus?.url ?? '',
      CAISSON_DATABASE_URL: stack.databaseUrl,
    };
    const silent: string[] = [];
    for (const page of runbooks) {
      for (const command of await commandsOf(page)) {
        const { stdout } = await promisify(execFile)('bash', ['-ec', command], { cwd: ROOT, env: environment });
        if (stdout.trim() === '') silent.push(`${page}: ${command}`);
      }
    }
    expect(silent).toEqual([]);
  });

  it('end when all are back, and the lease of the dead executor was taken over', async () => {
    await Promise.all([stack.kafka.restart(), stack.redis.restart()]);
    await stack.services.get('executor')?.start();
    await eventually(
      'the alerts to end',
      async () => {
        const names = (await firing()).map(({ labels }) => labels['alertname'] ?? '');
        const open = names.filter((name) => ENDING.has(name));
        if (open.length > 0) throw new Error(`${open.join(', ')} still fire`);
        return true;
      },
      ENDED_MS_MAX,
    );
    for (const metric of MOVED)
      await eventually(metric, () => isAbove0(`sum(max_over_time(${metric}[10m]))`), ENDED_MS_MAX);
  });
});

/** The commands of the first part of a runbook, each of which only looks. */
async function commandsOf(page: string): Promise<readonly string[]> {
  const text = await readFile(join(ROOT, page), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block);
  const commands = blocks.flatMap((block) => block.split('\n')).filter((line) => line !== '');
  expect(commands.length, page).toBeGreaterThan(0);
  return commands;
}
