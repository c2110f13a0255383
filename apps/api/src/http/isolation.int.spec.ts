import { DRIFT_TYPES, ROLE_PERMISSIONS, ROLES, type Role } from '@caisson/contracts';
import { routesOf, type DescribedRoute } from '@caisson/http';
import type { NewDocument } from '@caisson/event-sourcing';
import type { Json } from '@caisson/kernel';
import { systemIds } from '@caisson/service';
import { tenantIdOf } from '@caisson/tenancy';
import { newAppend } from '@caisson/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { account, SETTINGS, useApi, type Asked } from '../api.harness.js';
import { signIn } from '../sign-in.harness.js';
import { API_CONTROLLERS } from './api-document.js';
import { MISSING, segmentOf, urlOf } from './addressed.harness.js';

/** Every operation × {own, foreign, missing} × role. It follows from the routes: a new one is in it or fails it. */

const api = useApi();
const [OWN, FOREIGN] = [tenantIdOf('default'), tenantIdOf('acme')];
const tokens = new Map<string, string>();
const tokenOf = (tenantId: string, role: Role): string => tokens.get(`${tenantId} ${role}`) ?? '';

const ONE_SEVERITY = Object.fromEntries(DRIFT_TYPES.map((type) => [type, { severity: 'low', why: 'a test' }]));

/** By the collection in a path: what its first parameter names. */
const own: Record<string, string> = {};

/** Operations whose address names nothing of a tenant; lists are looked at below. */
const WITHOUT_ID = [
  ...['register', 'logIn', 'refresh', 'logOut', 'changePassword', 'me', 'readKeySet', 'readRunStates'],
  ...[
    'inviteMember',
    'listMembers',
    'listInvitations',
    'listTenants',
    'issueKey',
    'listKeys',
    'createDeployment',
    'listDeployments',
  ],
  ...['listAllRuns', 'listCredentials', 'rewrapCredentials'],
  ...['readTypeTable', 'replaceTypeTable', 'readPriceBook', 'replacePriceBook'],
  ...['readDriftPolicy', 'replaceDriftPolicy', 'listDriftBreakers'],
  ...['readQuotas', 'replaceQuotas'],
  ...['requestScan', 'listDriftReports', 'createWebhook', 'listWebhooks', 'listDeliveries', 'watchEvents'],
];

const routes = API_CONTROLLERS.flatMap((controller) => routesOf(controller));
/** A name that is not there yet is taken, whoever else has it too: nothing of a tenant is named. */
const TAKES_NAME = 'storeCredential';
const naming = routes.filter(({ id, path }) => path.includes(':') && id !== TAKES_NAME);
const isRead = ({ method }: DescribedRoute): boolean => method === 'get';

beforeAll(async () => {
  for (const role of ROLES) {
    for (const tenantId of [OWN, FOREIGN]) {
      tokens.set(`${tenantId} ${role}`, (await signIn(api.store, SETTINGS, { role, tenantId })).token);
    }
  }
  const { id, plan, runId } = await api.planned();
  const taskId = `${runId}/network`;
  const drift = systemIds.next();
  const started = { runId, deploymentId: id, planDigest: plan.digest, units: ['network'] };
  const execution = `execution-${runId}`;
  await write(execution, { type: 'execution-started', data: started, documents: [] });
  await write(execution, { type: 'task-started', data: taskFact(id, runId), documents: [taskDocument(runId)] });
  const report = { id: drift, deploymentId: id, status: 'completed', items: [], unreadable: [] };
  const shown = { collection: 'drift-report', id: drift, body: report };
  await write(`scan-${drift}`, { type: 'scan-completed', data: report, documents: [shown] });
  const delivery = systemIds.next();
  const pushed = { id: delivery, hookId: 'shop', deliveryId: 'd-1', event: 'push', outcome: 'accepted' };
  const said = { ...pushed, receivedAt: '2026-03-01T10:00:00.000Z', correlationId: 'c' };
  const recorded = { collection: 'delivery', id: delivery, body: said };
  await write(`delivery-${delivery}`, { type: 'delivery-accepted', data: pushed, documents: [recorded] });
  const breaker = { provider: 'broken-provider', status: 'open', looks: [] };
  const tripped = { collection: 'drift-breaker', id: 'broken-provider', body: breaker };
  await write(`scan-${drift}`, { type: 'breaker-opened', data: breaker, documents: [tripped] });
  for (const [table, change] of [
    ['type-table', { defaults: [] }],
    ['price-book', { currency: 'EUR' }],
    ['drift-policy', { severities: { types: ONE_SEVERITY, rules: [] } }],
  ] as const) {
    const { body, headers } = await api.ask('GET', `/${table}`);
    const { content } = body as unknown as { content: object };
    const asked = { body: { ...content, ...change }, headers: { 'if-match': String(headers['etag']) } };
    own[table] = String((await api.ask('PUT', `/${table}`, asked)).body.version);
  }
  await api.ask('PUT', `/deployments/${id}/drift-schedule`, { body: { cron: '0 3 * * *' } });
  const key = await api.ask('POST', '/keys', { body: { name: 'mine', scope: 'read' } });
  const webhook = await api.ask('POST', '/webhooks', { body: { name: 'mine', kind: 'github' } });
  await api.ask('PUT', '/credentials/sealed-credential', { body: { values: { TOKEN_VALUE: 'not-a-secret' } } });
  Object.assign(own, {
    credentials: 'sealed-credential',
    'drift-breakers': 'broken-provider',
    deployments: id,
    runs: runId,
    plans: plan.digest,
    tasks: taskId,
    attempts: `${taskId}/1.1`,
    ...{ drift, deliveries: delivery, webhooks: webhook.body.id },
  });
  Object.assign(own, {
    tenants: OWN,
    keys: key.body.id,
    members: await newMember(),
    invitations: await newInvitation(),
  });
});

const taskDocument = (runId: string) => ({
  collection: 'task',
  id: `${runId}/network`,
  body: {
    taskId: `${runId}/network`,
    runId,
    unitId: 'network',
    phase: 'apply',
    state: 'running',
    attempt: 1,
    resources: [],
  },
});
const taskFact = (deploymentId: string, runId: string) => ({
  ...{ deploymentId, runId, taskId: `${runId}/network`, unitId: 'network', phase: 'apply' },
  ...{ attempt: 1, fencingToken: 1, actionKey: 'k' },
});

interface Written {
  readonly type: string;
  readonly data: Json;
  readonly documents: readonly NewDocument[];
}

async function write(streamId: string, { data, documents, type }: Written): Promise<void> {
  const stream = { tenantId: OWN, streamId };
  const { head } = await api.store.events.load({ stream });
  const events = [{ type, schemaVersion: 1, data, publicForm: { type: `caisson.execution.${type}.v1` } }];
  await api.store.events.append({ ...newAppend({ stream, events }), expected: head, documents });
}

async function newInvitation(): Promise<string> {
  return (await api.ask('POST', '/members', { body: { role: 'viewer' } })).body.id;
}

async function newMember(): Promise<string> {
  const { body } = await api.ask('POST', '/members', { body: { role: 'viewer' } });
  const username = `m${systemIds.next().slice(-12)}`;
  const registered = { body: account(username, { invitation: body.invitation }), token: '' };
  return ((await api.ask('POST', '/auth/register', registered)).body as unknown as { principalId: string }).principalId;
}

/** Asks a route about a thing, with a body and a version that would do. */
function ask({ method, operation, path }: DescribedRoute, id: string, token: string): Promise<Asked> {
  const url = urlOf(path, id);
  const headers = operation.ifMatch === undefined ? {} : { headers: { 'if-match': '"1"' } };
  const body = operation.example === undefined ? {} : { body: operation.example };
  return api.ask(method.toUpperCase(), url, { token, ...headers, ...body });
}

/** An answer without what is different each time. */
function comparable({ body, headers, status }: Asked): object {
  const { instance: _instance, requestId: _id, traceId: _trace, ...rest } = body as unknown as Record<string, unknown>;
  const { date: _date, 'x-request-id': _request, ...kept } = headers;
  return { status, body: rest, headers: kept };
}

const isAllowed = ({ operation: { access } }: DescribedRoute, role: Role): boolean =>
  access === 'authenticated' || access === 'public' || ROLE_PERMISSIONS[role].includes(access);

it('has every operation', () => {
  const others = routes.filter(({ path }) => !path.includes(':')).map(({ id }) => id);
  expect([...others].sort()).toEqual([...WITHOUT_ID].sort());
  expect(naming.map((route) => segmentOf(route)).filter((segment) => !(segment in MISSING))).toEqual([]);
  expect(naming.length).toBeGreaterThan(30);
});

describe.each(naming.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (_name, route) => {
  it.each(ROLES)('tells a foreign %s no more than that it is missing', async (role) => {
    const token = tokenOf(FOREIGN, role);
    const [foreign, absent] = [
      await ask(route, own[segmentOf(route)]!, token),
      await ask(route, MISSING[segmentOf(route)]!, token),
    ];
    expect(comparable(foreign)).toEqual(comparable(absent));
    const mayRemove = route.id !== 'removeMember' || role === 'admin';
    expect(foreign.status).toBe(isAllowed(route, role) && mayRemove ? 404 : 403);
  });

  it.each(ROLES)('knows what is its own for %s', async (role) => {
    const segment = segmentOf(route);
    const isFresh = segment === 'members' && !isRead(route) && role === 'admin';
    const { status } = await ask(route, isFresh ? await newMember() : own[segment]!, tokenOf(OWN, role));
    if (!isAllowed(route, role)) expect(status).toBe(403);
    else if (isRead(route)) expect([200, 409]).toContain(status);
    else expect(status).not.toBe(404);
  });
});

describe('a list', () => {
  it.each([
    '/deployments',
    '/drift/reports',
    '/webhooks',
    '/deliveries',
    '/keys',
    '/members',
    '/type-table',
    '/price-book',
    '/drift-policy',
    '/auth/me',
  ])('%s holds nothing foreign', async (path) => {
    const [theirs, ours] = [
      await api.ask('GET', path, { token: tokenOf(FOREIGN, 'admin') }),
      await api.ask('GET', path, { token: tokenOf(OWN, 'admin') }),
    ];
    expect([theirs.status, ours.status]).toEqual([200, 200]);
    const ids = Object.entries(own).filter(([segment]) => !segment.includes('-'));
    for (const [, id] of ids) expect(theirs.text).not.toContain(id);
  });

  it('that is asked for something foreign knows nothing', async () => {
    const token = tokenOf(FOREIGN, 'admin');
    const scan = await api.ask('POST', '/drift/scans', { body: { deploymentId: own['deployments'] }, token });
    expect(scan).toMatchObject({ status: 404, body: { code: 'deployment-not-found' } });
    const watch = await api.ask('GET', `/events?deployment=${own['deployments']!}`, { token });
    expect(watch).toMatchObject({ status: 404, body: { code: 'deployment-not-found' } });
    const reports = await api.ask('GET', `/drift/reports?deploymentId=${own['deployments']!}`, { token });
    expect(reports.body.items).toEqual([]);
  });
});
