import {
  eventTypeOf,
  type Context,
  type DeploymentSummary,
  type DesiredStateInput,
  type FactOf,
  type HistoryEntry,
  type Plan,
  type PublicEvent,
  type RunResource,
} from '@caisson/contracts';
import { CreateAttemptLog, PostgresAttemptLogs } from '@caisson/attempt-log-postgres';
import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { createHttpAdapter, InProcessRateLimiter, prepareHttp, Rates, type RateSettings } from '@caisson/http';
import { CreateIdempotentAnswer, PostgresIdempotentAnswers } from '@caisson/idempotency-postgres';
import { CreateInstalledEngine, PostgresInstalledEngines } from '@caisson/installed-engines-postgres';
import { digestOf, type Json } from '@caisson/kernel';
import { createLogger, Metrics } from '@caisson/observability';
import { systemClock, systemIds } from '@caisson/service';
import { tenantIdOf } from '@caisson/tenancy';
import { createTestDatabase, DocumentedAnswers } from '@caisson/testing';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect } from 'vitest';
import { ApiModule } from './api.module.js';
import { DeploymentFactsConsumer } from './events/deployment-facts.consumer.js';
import { describeApi } from './http/api-document.js';
import { openLiveHub } from './live/open-live-hub.js';
import type { ApiPorts } from './ports.js';
import { MIN_VERSION_WAIT_MS, OIDC_DEFAULTS } from './settings.js';

/** The settings of the API under test. */
export const SETTINGS = {
  jwtSecret: 's'.repeat(32),
  jwtPreviousSecret: 'p'.repeat(32),
  jwtIssuer: 'caisson',
  jwtAudience: 'caisson-api',
  bootstrapToken: 'caisson_boot_0123456789',
  callbackSecret: 'c'.repeat(32),
  encryptionKey: `k1:${'A'.repeat(43)}=`,
  selfRegistration: true,
  minVersionWaitMs: MIN_VERSION_WAIT_MS,
  ...OIDC_DEFAULTS,
} as const;

/** Tests send as much as they like. */
export const NO_LIMITS: RateSettings = {
  rateCallerPerMinute: 0,
  rateAddressPerMinute: 0,
  rateAddressBurst: 0,
  rateLoginPerMinute: 0,
  rateLoginBurst: 0,
};

/** The password of everybody. */
export const PASSWORD = 'correct horse battery';

/** Credentials in the address of a check, which no answer may show. */
export const CREDENTIALS = 'mia:sesame@';
/** A token in the address of a check, which no answer may show. */
export const QUERY = '?token=sesame';

/** What an answer may hold. Each test looks at what it expects; the rest is not there. */
export interface AnswerBody {
  readonly id: string;
  readonly code: string;
  readonly detail: string;
  readonly type: string;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
  readonly allowed: readonly string[];
  readonly access_token: string;
  readonly key: string;
  readonly invitation: string;
  readonly refresh_token: string;
  readonly deployment: DeploymentSummary;
  readonly run: RunResource;
  readonly effects: RunResource['effects'];
  readonly scan: { readonly id: string };
  readonly stream: string;
  readonly version: number;
  readonly items: readonly (HistoryEntry & { readonly name: string })[];
  readonly nextCursor?: string;
  readonly complete: boolean;
  readonly kind: string;
  readonly status: string;
  readonly state: string;
  readonly states: readonly string[];
  readonly transitions: unknown;
  readonly components: { readonly schemas: object };
}

/** An answer over HTTP. */
export interface Asked {
  readonly status: number;
  readonly body: AnswerBody;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** What goes with a request. */
export interface Ask {
  readonly body?: unknown;
  /** Sent as it is, as JSON. */
  readonly raw?: string;
  /** Mia's, where nothing is said; none with an empty one. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The API on a database of its own, with mia as the administrator of `default` and eve as that of `acme`. Every answer
 * is held against the OpenAPI document.
 */
export class TestApi {
  /** The document that answers are held against. */
  readonly document = describeApi();
  /** Which operations answered what. */
  readonly answers = new DocumentedAnswers(this.document);
  /** Every line that was logged. */
  readonly logged: string[] = [];
  token = '';
  readonly #ended: (() => Promise<unknown>)[] = [];
  readonly #deviations: string[] = [];
  #app: NestFastifyApplication | undefined;
  #store: OpenedEventStore | undefined;
  #logs: PostgresAttemptLogs | undefined;

  get app(): NestFastifyApplication {
    return present(this.#app);
  }

  get store(): OpenedEventStore {
    return present(this.#store);
  }

  get logs(): PostgresAttemptLogs {
    return present(this.#logs);
  }

  /** What services say which engines they have. */
  get installed(): PostgresInstalledEngines {
    return new PostgresInstalledEngines(this.store.pool);
  }

  async start(changed: Partial<ApiPorts> = {}): Promise<void> {
    Logger.overrideLogger(false);
    const database = await createTestDatabase();
    this.#ended.push(() => database.drop());
    await migrate({
      ownerUrl: database.url,
      migrations: [CreateAttemptLog, CreateIdempotentAnswer, CreateInstalledEngine],
    });
    const store = await openEventStore({ url: database.url });
    this.#ended.push(() => store.close());
    this.#store = store;
    this.#app = await this.another(changed);
    this.#logs = new PostgresAttemptLogs(store.pool, systemClock, () => undefined);
    for (const [username, tenant] of [
      ['mia', 'default'],
      ['eve', 'acme'],
    ] as const) {
      const body = { username, password: PASSWORD, tenant, bootstrapToken: SETTINGS.bootstrapToken };
      await this.ask('POST', '/auth/register', { body, token: '' });
    }
    this.token = await this.logIn('mia');
  }

  /** One more copy of the API on the same database. */
  async another(changed: Partial<ApiPorts> = {}): Promise<NestFastifyApplication> {
    const { store } = this;
    const log = createLogger({ service: 'api', level: 'debug', destination: this.#destination() });
    const runtime = { store: store.events, clock: systemClock, service: 'api' };
    const logs = new PostgresAttemptLogs(store.pool, systemClock, (error) => log.error({ error }, 'lost'));
    const metrics = new Metrics(false);
    const live = openLiveHub({ ...store, settings: {}, clock: systemClock, log, metrics });
    const ports: ApiPorts = {
      ...{ settings: SETTINGS, runtime, clock: systemClock, ids: systemIds, log, logs, live },
      answers: new PostgresIdempotentAnswers(store.pool),
      rates: new Rates(new InProcessRateLimiter(systemClock), NO_LIMITS, () => undefined),
      installed: this.installed,
      ...store,
      ...changed,
    };
    const app = await NestFactory.create<NestFastifyApplication>(ApiModule.register(ports), createHttpAdapter());
    prepareHttp(app, { log, metrics });
    const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
    fastify.addHook('onSend', async (request, reply, payload) => {
      const deviation = this.answers.deviationOf({
        ...{ method: request.method, url: request.url, status: reply.statusCode },
        contentType: reply.getHeader('content-type')?.toString(),
        headers: Object.keys(reply.getHeaders()),
        text: typeof payload === 'string' ? payload : '',
      });
      if (deviation !== undefined) this.#deviations.push(deviation);
      if (saysNoPlace(reply.statusCode, payload))
        this.#deviations.push(`${request.method} ${request.url}: ${String(payload)}`);
      return payload;
    });
    await app.init();
    this.#ended.push(() => app.close());
    return app;
  }

  async stop(): Promise<void> {
    for (const end of this.#ended.reverse()) await end();
    expect(this.#deviations).toEqual([]);
  }

  async ask(method: string, path: string, options: Ask = {}): Promise<Asked> {
    const payload = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const credential = options.token ?? this.token;
    const {
      headers,
      payload: text,
      statusCode,
    } = await this.app.inject({
      method: method as 'GET',
      url: `/api/v1${path}`,
      headers: {
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...(credential === '' ? {} : { authorization: `Bearer ${credential}` }),
        ...options.headers,
      },
      ...(payload === undefined ? {} : { payload }),
    });
    return { status: statusCode, headers, text, body: JSON.parse(text === '' ? '{}' : text) as AnswerBody };
  }

  async logIn(username: string, tenant = 'default'): Promise<string> {
    const { body } = await this.ask('POST', '/auth/login', {
      body: { username, password: PASSWORD, tenant },
      token: '',
    });
    return body.access_token;
  }

  async created(name?: string): Promise<{ id: string; runId: string; version: number }> {
    const { body } = await this.ask('POST', '/deployments', { body: desired(name) });
    return { id: body.deployment.id, runId: body.run.id, version: body.version };
  }

  async countEvents(): Promise<number> {
    const { rows } = await this.store.pool.query<{ count: string }>('select count(*) from event');
    return Number(rows[0]?.count);
  }

  /** Tells the API a fact of another service, as its consumer gets it. */
  async tell<C extends Context>(context: C, fact: FactOf<C>, told: { data: unknown; stream: string }): Promise<void> {
    const { data, stream } = told;
    const event: PublicEvent = {
      ...{ id: systemIds.next(), type: eventTypeOf(context, fact), source: '/caisson/another', subject: stream },
      ...{ time: systemClock.now(), tenantId: tenantIdOf('default'), correlationId: 'c', causationId: 'x' },
      ...{ actor: 'service:planner', sequence: 1, data },
    };
    await this.app.get(DeploymentFactsConsumer).onFact(event);
  }

  /** A deployment whose run waits for approval, with its plan kept as the planner keeps it. */
  async planned({
    costPerMonth = 0,
    ...changes
  }: { costPerMonth?: number } & Partial<DesiredStateInput> = {}): Promise<{
    id: string;
    runId: string;
    plan: Plan;
  }> {
    const { body } = await this.ask('POST', '/deployments', { body: { ...desired(), ...changes } });
    const { id, runId } = { id: body.deployment.id, runId: body.run.id };
    const plan = planFor({ deploymentId: id, runId, costPerMonth });
    const stream = `plan-${runId}`;
    const data = { deploymentId: id, runId, round: 1, plan };
    await this.store.events.append({
      stream: { tenantId: tenantIdOf('default'), streamId: stream },
      expected: { version: 0, hash: '' },
      context: {
        ...{ correlationId: 'c', causationId: 'x', actor: 'service:planner', commandId: runId },
        ...{ occurredAt: systemClock.now(), service: 'planner' },
      },
      events: [
        {
          type: 'PlanComputed',
          schemaVersion: 1,
          data,
          publicForm: { type: eventTypeOf('planning', 'plan-computed') },
        },
      ],
      documents: [{ collection: 'plan', id: plan.digest, body: { plan } as unknown as Record<string, Json> }],
    });
    await this.tell('planning', 'plan-computed', { data, stream });
    return { id, runId, plan };
  }

  #destination(): Writable {
    return new Writable({
      write: (chunk, _encoding, done) => {
        this.logged.push(String(chunk));
        done();
      },
    });
  }
}

/** Refusals of what was sent name each place of it and say what to do; these are not about a place. */
const OF_NO_PLACE = new Set(['bad-request', 'invalid-url']);

function saysNoPlace(status: number, payload: unknown): boolean {
  if ((status !== 400 && status !== 422) || typeof payload !== 'string') return false;
  const { code, detail = '', errors = [] } = JSON.parse(payload) as Partial<AnswerBody>;
  const isSaid = errors.length > 0 && errors.every((error) => error.detail !== '') && detail !== '';
  return !isSaid && !OF_NO_PLACE.has(code ?? '');
}

/** An API for all tests of a file, started before them and stopped after them. */
export function useApi(changed: Partial<ApiPorts> = {}): TestApi {
  const api = new TestApi();
  beforeAll(() => api.start(changed));
  afterAll(() => api.stop());
  return api;
}

/** A deployment that can be planned. */
export function desired(name = 'shop'): DesiredStateInput {
  return {
    name,
    resources: [
      { name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.0.0.0/16' } },
      { name: 'web', engine: 'sandbox', type: 'server', properties: { network: '${network.id}' } },
    ],
  };
}

/** Credentials of somebody, as a registration and a login take them. */
export function account(username: string, more: object = {}): object {
  return { username, password: PASSWORD, ...more };
}

const CHECK = { kind: 'http', url: `http://${CREDENTIALS}web/${QUERY}` };

function planFor({
  costPerMonth,
  deploymentId,
  runId,
}: {
  costPerMonth: number;
  deploymentId: string;
  runId: string;
}): Plan {
  const facts = { action: 'create' as const, estimatedMs: 1, costPerMonth: 0 };
  const content = {
    ...{ runId, deploymentId, kind: 'create' },
    units: [
      {
        ...{ unitId: 'network', engine: 'sandbox', provider: 'sandbox', dependsOn: [], ...facts },
        resources: [{ address: 'network', type: 'network', properties: {}, dependsOn: [], checks: [CHECK], ...facts }],
      },
    ],
    edges: [],
    waves: [['network']],
    changes: [
      { unitId: 'network', resource: 'network', address: 'network', action: 'create' as const, attributes: [] },
    ],
    cost: { currency: 'USD', before: 0, after: costPerMonth, delta: costPerMonth, perUnit: [] },
    duration: { sumMs: 1, criticalPathMs: 1 },
    risk: { level: 'low' as const, score: 0, reasons: [] },
    ...{ policy: [], irreversible: [], inputs: { 'engine:sandbox': '1.0.0' }, outputs: {} },
  };
  return { ...content, digest: digestOf(content) };
}

function present<Thing>(thing: Thing | undefined): Thing {
  if (thing === undefined) throw new Error('The API under test has not started.');
  return thing;
}
