import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '@caisson/testing';
import { EmbeddedCaisson } from './embedded-caisson.js';

/** What stands still while all is well and nothing is scheduled, in one process; see also `alerts.fault.spec.ts`. */
const ONLY_IN_TROUBLE: ReadonlySet<string> = new Set([
  'caisson_consumer_failed_pages_total',
  'caisson_consumer_malformed_messages_total',
  'caisson_consumer_parked_streams',
  'caisson_consumer_parked_streams_total',
  'caisson_consumer_swept_events_total',
  'caisson_database_waiting_requests',
  'caisson_drift_scans_due_total', // Needs a schedule; see the specs of the drift detector.
  'caisson_drift_unreadable_units_total',
  'caisson_http_rate_limited_total',
  'caisson_lock_takeovers_total', // See the spec of the alerts.
  'caisson_relay_failures_total',
]);

/** Nothing is told of an empty queue; see `postgres-backlog.int.spec.ts`. */
const ONLY_WAITING = /^caisson_queue_/;

const ONLY_DISTRIBUTED = /^caisson_(lock_(lost_total|redis_away)|rate_limiter_away|redis_operations_total)$/;

/** What tells how things are, and may be as before when it is asked again. */
const STATES = new RegExp(
  `^caisson_(${[
    ...['database_connections', 'database_connections_max', 'drift_schedule_leader', 'execution_slots_taken'],
    ...['live_streams', 'outbox_events', 'outbox_oldest_seconds', 'relay_leader', 'service_info'],
  ].join('|')})$`,
);

let caisson: EmbeddedCaisson;

beforeAll(async () => {
  caisson = await EmbeddedCaisson.start();
});
afterAll(() => caisson.stop());

/** The sum over the series of each metric; of a histogram, how many were observed. */
async function scrape(): Promise<ReadonlyMap<string, number>> {
  const answer = await fetch(`${caisson.process.url}/metrics`);
  const sums = new Map<string, number>();
  for (const line of (await answer.text()).split('\n')) {
    const [, name = '', value = ''] = /^(\w+)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
    const metric = name.replace(/_seconds_count$/, '_seconds');
    sums.set(metric, (sums.get(metric) ?? 0) + Number(value));
  }
  return sums;
}

async function documented(): Promise<readonly string[]> {
  const page = await readFile(new URL('../../../docs/reference/metrics.md', import.meta.url), 'utf8');
  return [...page.matchAll(/^\| `(caisson_\w+)`/gm)].map(([, name = '']) => name);
}

/** Lets no time pass between a scan and what is put right after it. */
async function remediateAtOnce(): Promise<void> {
  const { api } = caisson.client;
  const { data, response } = await api.GET('/api/v1/drift-policy');
  if (data === undefined) throw new Error(`no drift policy: ${response.status}`);
  const { remediation } = data.content;
  const replaced = await api.PUT('/api/v1/drift-policy', {
    params: { header: { 'If-Match': response.headers.get('etag') ?? '' } },
    body: { ...data.content, remediation: { ...remediation, settleSeconds: 0 } },
  });
  expect(replaced.response.status).toBe(200);
}

it('every documented metric moves when what it counts is done', async () => {
  const { client, sandbox } = caisson;
  const before = await scrape();
  const live = new AbortController();
  const events = fetch(`${caisson.process.url}/api/v1/events`, {
    headers: { authorization: `Bearer ${caisson.token}` },
    signal: live.signal,
  });
  const resources = [
    { name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.1.0.0/16' } },
    {
      ...{ name: 'web', engine: 'sandbox', type: 'server' },
      properties: { network: '${network.id}', flavor: 'm1.small', image: 'ubuntu-24.04' },
    },
  ];
  const made = await client.createDeployment({ name: 'counted', autoApprove: true, resources });
  expect(await client.waitForRun(made.run.id)).toMatchObject({ state: 'completed' });
  const [[, server] = []] = [...(await sandbox.servers(made.deployment.id))];
  await sandbox.meddle(server?.id ?? '', { flavor: 'm1.large' });
  await remediateAtOnce();
  await client.api.POST('/api/v1/drift/scans', { body: { deploymentId: made.deployment.id, autoRemediate: true } });
  expect((await events).status).toBe(200);
  live.abort();
  const names = await documented();
  expect(names.length).toBeGreaterThan(30);
  await eventually('all of them to move', async () => {
    const after = await scrape();
    const expected = names.filter(
      (name) => !ONLY_IN_TROUBLE.has(name) && !ONLY_DISTRIBUTED.test(name) && !ONLY_WAITING.test(name),
    );
    const still = expected.filter((name) => {
      const value = after.get(name);
      return value === undefined || (!STATES.test(name) && value <= (before.get(name) ?? 0));
    });
    if (still.length > 0) throw new Error(`${still.join(', ')} did not move`);
    return true;
  });
});
