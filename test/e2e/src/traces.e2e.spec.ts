import { randomBytes } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaissonClient } from '@caisson/client';
import { startDistributedStack } from '@caisson/local';
import { eventually, lacks } from '@caisson/testing';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { ACCOUNT, EmbeddedCaisson } from './embedded-caisson.js';
import { OtlpReceiver, type ReceivedSpan } from './otlp-receiver.js';
import { makeTemporaryDirectory } from './temporary-directory.js';

const START_MS_MAX = 120_000;

/** A Caisson that exports its traces. */
interface Traced {
  readonly client: CaissonClient;
  readonly url: string;
  readonly webhooksUrl: string;
  readonly token: string;
  query<Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[]): Promise<readonly Row[]>;
  /** The header of each event of a stream on Kafka, by type; absent where there is no Kafka. */
  readonly headersOf?: (streamId: string) => Promise<ReadonlyMap<string, string | undefined>>;
  stop(): Promise<void>;
}

const PROFILES = [
  { profile: 'embedded', start: startEmbedded, cannotRun: false },
  { profile: 'distributed', start: startDistributed, cannotRun: lacks('kafka') || lacks('redis') },
];

for (const { cannotRun, profile, start } of PROFILES) {
  describe.skipIf(cannotRun)(`traces of the ${profile} profile`, () => {
    let receiver: OtlpReceiver;
    let caisson: Traced;
    let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;

    beforeAll(async () => {
      receiver = await OtlpReceiver.start();
      directory = await makeTemporaryDirectory();
      const script = join(directory.path, 'tell');
      await writeFile(script, `#!/bin/sh\nprintf %s "$TRACEPARENT" > "${join(directory.path, 'told')}"\n`);
      await chmod(script, 0o755);
      const commands = { CAISSON_EXECUTOR_CHECK_COMMANDS: JSON.stringify({ tell: script }) };
      caisson = await start({ ...receiver.environment, ...commands });
    }, START_MS_MAX);
    afterAll(async () => {
      await caisson.stop();
      await receiver.stop();
      await directory.remove();
    });

    /** Sends a command as part of a trace of our own. */
    async function post<Answer>(trace: string, address: string, body: object): Promise<Answer> {
      const authorization = `Bearer ${caisson.token}`;
      const response = await fetch(address, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', traceparent: trace },
        body: JSON.stringify(body),
      });
      expect(response.ok, await response.clone().text()).toBe(true);
      return (await response.json()) as Answer;
    }

    interface Commanded {
      readonly deployment: { readonly id: string };
      readonly run: { readonly id: string };
    }

    const create = (trace: string, more: object, resources: readonly object[] = [RECORD]) =>
      post<Commanded>(trace, `${caisson.url}/api/v1/deployments`, { name: `traced-${hex(4)}`, ...more, resources });

    /** The trace of every event that the run left, in its order per stream. */
    async function tracesOf({ deployment, run }: Commanded): Promise<readonly (string | undefined)[]> {
      const rows = await caisson.query<{ readonly trace: string | null }>(
        `select substr(traceparent, 4, 32) as trace
           from event where stream_id = any ($1) order by recorded_at, version`,
        [[`deployment-${deployment.id}`, `plan-${run.id}`, `execution-${run.id}`]],
      );
      return rows.map(({ trace }) => trace ?? undefined);
    }

    it('one trace id leads from the request to the last event, over every hop', async () => {
      const traceId = hex(16);
      const made = await create(traceParent(traceId), AUTO);
      expect(await caisson.client.waitForRun(made.run.id)).toMatchObject({ state: 'completed' });
      const traces = await tracesOf(made);
      expect(traces.length).toBeGreaterThan(10);
      expect(new Set(traces)).toEqual(new Set([traceId]));
      const last = 'relay caisson.deployment.run-completed.v1';
      const spans = await eventually('the spans', () => {
        const found = receiver.of(traceId);
        return found.some(({ name }) => name === last) && cutOff(found).length === 0 ? found : undefined;
      });
      expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(HOPS));
      if (caisson.headersOf !== undefined) {
        const services = ['caisson-api', 'caisson-executor', 'caisson-planner'];
        expect(spans.map(({ service }) => service)).toEqual(expect.arrayContaining(services));
        const headers = await caisson.headersOf(`deployment-${made.deployment.id}`);
        expect(headers.get('caisson.deployment.run-requested.v1')).toContain(traceId);
        expect(headers.get('caisson.deployment.run-completed.v1')).toContain(traceId);
      }
      expect(receiver.paths).toEqual(new Set(['/v1/traces']));
    });

    it('goes on in the tools that are started and the addresses that are asked, which stay out of it', async () => {
      const traceId = hex(16);
      const tells = { ...RECORD, checks: [{ kind: 'command', command: 'tell' }] };
      const made = await create(traceParent(traceId), AUTO, [tells]);
      expect(await caisson.client.waitForRun(made.run.id)).toMatchObject({ state: 'completed' });
      expect(await readFile(join(directory.path, 'told'), 'utf8')).toMatch(
        new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`),
      );
      const asked = await eventually('the spans of the cloud', () => {
        const found = receiver
          .of(traceId)
          .map(attributesOf)
          .filter((of) => of['url.full'] !== undefined);
        return found.length > 0 ? found : undefined;
      });
      for (const of of asked) expect([of['url.full'], of['url.query']]).toEqual([expect.stringMatching(ORIGIN), '']);
    });

    it('is named by the bucket that a request fell into', async () => {
      const traceId = hex(16);
      await create(traceParent(traceId), AUTO);
      const ask = (headers: Readonly<Record<string, string>>) => fetch(`${caisson.url}/metrics`, { headers });
      const open = await ask({ accept: 'application/openmetrics-text; version=1.0.0,text/plain;q=0.5' });
      expect(open.headers.get('content-type')).toContain('application/openmetrics-text');
      const bucket = new RegExp(`^caisson_http_request_duration_seconds_bucket.* # \\{trace_id="${traceId}"\\}`, 'm');
      expect(await open.text()).toMatch(bucket);
      const plain = await ask({});
      expect(plain.headers.get('content-type')).toContain('text/plain');
      expect(await plain.text()).not.toContain('trace_id=');
    });

    it('what an approval sets going is its own trace, linked to that of the request', async () => {
      const [request, approval] = [hex(16), hex(16)];
      const made = await create(traceParent(request), {});
      const { planDigest } = await caisson.client.waitForRun(made.run.id, { states: ['awaiting_approval'] });
      await post(traceParent(approval), `${caisson.url}/api/v1/runs/${made.run.id}/approve`, { planDigest });
      expect(await caisson.client.waitForRun(made.run.id, { states: ['completed'] })).toBeDefined();
      const traces = await tracesOf(made);
      expect(new Set(traces)).toEqual(new Set([request, approval]));
      expect(traces.lastIndexOf(request)).toBeLessThan(traces.indexOf(approval));
      const asked = await eventually('the approving span', () =>
        receiver.of(approval).find(({ name }) => name.startsWith('POST /api/v1/runs/')),
      );
      expect(asked.links.map(({ traceId }) => traceId)).toEqual([request]);
    });

    it('a callback is a trace of its own, linked to that of the run, which goes on in its own', async () => {
      const [request, callback] = [hex(16), hex(16)];
      const gate = { name: 'gate', engine: 'wait', type: 'callback', properties: {} };
      const made = await create(traceParent(request), AUTO, [gate, { ...RECORD, dependsOn: ['gate'] }]);
      const taskId = `${made.run.id}/gate`;
      const { path } = await eventually('the wait', () => caisson.client.callbackAddress(taskId), 30_000);
      await post(traceParent(callback), caisson.webhooksUrl + path, { tests: 'green' });
      expect(await caisson.client.waitForRun(made.run.id)).toMatchObject({ state: 'completed' });
      const traces = await tracesOf(made);
      expect(new Set(traces)).toEqual(new Set([request, callback]));
      expect(traces.at(-1)).toBe(request);
      await eventually('the link', () =>
        receiver.of(callback).some(({ links }) => links.some(({ traceId }) => traceId === request)),
      );
      const asked = await eventually('its request', () =>
        receiver.of(callback).find(({ name }) => name.startsWith('POST /webhooks/callbacks/')),
      );
      expect(attributesOf(asked)['url.path']).toBe(asked.name.replace('POST ', ''));
      const token = path.replace('/webhooks/callbacks/', ''); // Whoever has it may answer.
      expect(JSON.stringify(receiver.spans)).not.toContain(token);
      const commands = receiver.spans.map(attributesOf).filter((of) => of['db.system.name'] === 'redis');
      for (const of of commands) expect(of['db.query.text']).toMatch(/^[a-z]+$/);
      expect(commands.length > 0).toBe(caisson.headersOf !== undefined); // Redis comes with Kafka.
    });

    it('what was not sampled leaves no span and nothing with its events', async () => {
      const traceId = hex(16);
      const made = await create(traceParent(traceId, '00'), AUTO);
      expect(await caisson.client.waitForRun(made.run.id)).toMatchObject({ state: 'completed' });
      expect(new Set(await tracesOf(made))).toEqual(new Set([undefined]));
      const later = hex(16);
      await create(traceParent(later), AUTO);
      await eventually('a later span', () => receiver.of(later).length > 0);
      expect(receiver.of(traceId)).toEqual([]);
    });
  });
}

const ORIGIN = /^http:\/\/[^/?]+\/?$/;
const RECORD = { name: 'web', engine: 'sandbox', type: 'record', properties: { data: { n: 1 } } };
const AUTO = { autoApprove: true, autoExecute: true };

/** Spans that a whole run has in either profile. */
const HOPS = [
  'POST /api/v1/deployments',
  'append',
  'relay caisson.deployment.run-requested.v1',
  'process caisson.deployment.run-planning-started.v1',
  'plan',
  'process caisson.planning.plan-computed.v1',
  'execute execution',
  'attempt sandbox',
];

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

function traceParent(traceId: string, flags = '01'): string {
  return `00-${traceId}-${hex(8)}-${flags}`;
}

function attributesOf({ attributes = [] }: ReceivedSpan): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));
}

/** Spans whose parent nobody sent, but for those that follow the caller's own span. */
function cutOff(spans: readonly ReceivedSpan[]): readonly string[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  return spans
    .filter(({ name, parentSpanId = '' }) => !known.has(parentSpanId) && name !== 'POST /api/v1/deployments')
    .map(({ name, service }) => `${service}: ${name}`);
}

async function startEmbedded(environment: Readonly<Record<string, string>>): Promise<Traced> {
  const caisson = await EmbeddedCaisson.start(environment);
  const { client, token, process } = caisson;
  return {
    ...{ client, token, url: process.url, webhooksUrl: process.url },
    query: (sql, values) => caisson.query(sql, values),
    stop: () => caisson.stop(),
  };
}

async function startDistributed(environment: Readonly<Record<string, string>>): Promise<Traced> {
  const directory = await makeTemporaryDirectory();
  const stack = await startDistributedStack({ directory: directory.path, durable: false, environment });
  const { bootstrapToken, url, webhooksUrl } = stack;
  const anonymous = new CaissonClient({ url });
  await anonymous.register({ ...ACCOUNT, bootstrapToken });
  const token = (await anonymous.login(ACCOUNT)).access_token;
  const pool = new pg.Pool({ connectionString: stack.databaseUrl, max: 2 });
  return {
    ...{ token, url, webhooksUrl, client: new CaissonClient({ url, token }) },
    query: async <Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[]) =>
      (await pool.query<Row>(sql, [...values])).rows,
    headersOf: (streamId) => traceHeadersOf(stack.kafka.server.brokers, streamId),
    stop: async () => {
      await pool.end();
      await stack.stop();
      await directory.remove();
    },
  };
}

async function traceHeadersOf(
  brokers: readonly string[],
  streamId: string,
): Promise<ReadonlyMap<string, string | undefined>> {
  const kafka = new Kafka({ brokers: [...brokers], clientId: 'stranger', logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: hex(8) });
  const found = new Map<string, string | undefined>();
  await consumer.connect();
  try {
    await consumer.subscribe({ topic: 'caisson.deployment.events.v1', fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message: { headers = {} } }) => {
        if (String(headers['ce_subject']) !== streamId) return Promise.resolve();
        found.set(String(headers['ce_type']), headers['traceparent']?.toString());
        return Promise.resolve();
      },
    });
    await eventually('the last message', () => found.has('caisson.deployment.run-completed.v1'), 30_000);
    return found;
  } finally {
    await consumer.disconnect();
  }
}
