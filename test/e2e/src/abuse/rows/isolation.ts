import { randomUUID } from 'node:crypto';
import { get, post, type AbuseRow, type AbuseTable } from '../abuse-row.js';
import { idle, type AbuseWorld, type Things } from '../abuse-world.js';
import type { Answer, Sent } from '../wire.js';

type Kind = keyof Things | 'member';
type AskFor = (id: string, token: string) => Sent;

const enc = encodeURIComponent;
const idOf = (w: AbuseWorld, kind: Kind): string => (kind === 'member' ? w.viewer.principalId : w.things[kind]);

/** An id of the same shape that names nothing. */
function missingOf(kind: Kind): string {
  switch (kind) {
    case 'digest':
      return `sha256:${'0'.repeat(64)}`;
    case 'task':
      return `${randomUUID()}/network`;
    case 'attempt':
      return `${randomUUID()}/network/1.1`;
    case 'credential':
      return 'clown'; // As long as the real one: the length of an answer says so too.
    default:
      return randomUUID();
  }
}

/** What an answer says, without what is different each time. */
function said({ body, headers, status }: Answer): string {
  const { instance: _at, requestId: _id, traceId: _trace, ...rest } = body;
  const { date: _date, 'x-request-id': _request, ratelimit: _left, ...kept } = headers;
  const stable = Object.entries(kept).filter(([name]) => !name.startsWith('x-ratelimit'));
  return JSON.stringify({ status, rest, stable });
}

/** Eve asks for what is mia's, and gets the answer that something missing gets, to the byte. */
function foreign(...[id, kind, what, ask]: readonly [id: string, kind: Kind, what: string, ask: AskFor]): AbuseRow {
  const code = CODES[kind];
  return {
    ...{ id, what: `the administrator of another tenant ${what}`, is: `404 ${code}` },
    abuse: (w) => ask(enc(idOf(w, kind)), w.eve.token),
    also: async (answer, w) => said(answer) === said(await w.send(ask(enc(missingOf(kind)), w.eve.token))),
    ...{ twin: 'a member reads it', works: 200 },
    right: (w) => READS[kind](enc(idOf(w, kind)), w.mia.token),
  };
}

const READS: Readonly<Record<Kind, AskFor>> = {
  deployment: (id, token) => get(`/deployments/${id}`, token),
  run: (id, token) => get(`/runs/${id}`, token),
  digest: (id, token) => get(`/plans/${id}`, token),
  task: (id, token) => get(`/tasks/${id}`, token),
  attempt: (id, token) => get(`/attempts/${id}/log`, token),
  report: (id, token) => get(`/drift/reports/${id}`, token),
  invitation: (_id, token) => get('/members', token),
  key: (id, token) => get(`/keys/${id}`, token),
  credential: (id, token) => get(`/credentials/${id}`, token),
  member: (id, token) => get(`/members/${id}`, token),
};

const CODES: Readonly<Record<Kind, string>> = {
  deployment: 'deployment-not-found',
  run: 'run-not-found',
  digest: 'plan-not-found',
  task: 'task-not-found',
  attempt: 'attempt-not-found',
  report: 'drift-report-not-found',
  invitation: 'invitation-not-found',
  key: 'key-not-found',
  credential: 'credential-not-found',
  member: 'member-not-found',
};

const remove = (path: string, token: string): Sent => ({ method: 'DELETE', ...get(path, token) });
const patch = (path: string, body: unknown, token: string): Sent => ({ method: 'PATCH', ...get(path, token), body });

/** A list that is asked about something of another tenant: it holds nothing. */
function emptyList(id: string, what: string, path: (w: AbuseWorld) => string): AbuseRow {
  return {
    ...{ id, what, is: '200' },
    abuse: (w) => get(path(w), w.eve.token),
    also: ({ body }) => (body['items'] as readonly unknown[]).length === 0,
    ...{ twin: 'the same, asked by a member', right: (w) => get(path(w), w.mia.token), works: 200 },
  };
}

async function nextCursor(w: AbuseWorld, path: string, token: string): Promise<string> {
  const { nextCursor: cursor } = await w.ask<{ nextCursor?: string }>('GET', path, undefined, token);
  if (cursor === undefined) throw new Error(`${path} has one page only`);
  return cursor;
}

const list = (more: string, token: string): Sent => get(`/deployments?limit=1${more}`, token);

/** A cursor in a place that it was not given for. */
const stray = (id: string, what: string, abuse: (cursor: string, w: AbuseWorld) => Sent): AbuseRow => ({
  ...{ id, what, is: '400 invalid-parameter' },
  abuse: async (w) => {
    await w.idle();
    return abuse(await nextCursor(w, '/deployments?limit=1', w.mia.token), w);
  },
  ...{ twin: 'the cursor where it was given', works: 200 },
  right: async (w) => list(`&cursor=${await nextCursor(w, '/deployments?limit=1', w.mia.token)}`, w.mia.token),
});

const CIDR = { cidr: '10.9.0.0/16' };
const SAME_KEY = { headers: { 'idempotency-key': 'everybody-knows-this-key' } };

/** Whose things are whose. */
export const ISOLATION: AbuseTable = {
  subject: 'Things of other tenants',
  rows: [
    foreign('I1', 'deployment', 'reads a deployment', READS.deployment),
    foreign('I2', 'deployment', 'changes a deployment', (id, token) => ({
      ...patch(`/deployments/${id}`, idle(), token),
      headers: { 'if-match': '"1"' },
    })),
    foreign('I3', 'deployment', 'deletes a deployment', (id, token) => remove(`/deployments/${id}`, token)),
    foreign('I4', 'deployment', 'rolls a deployment back', (id, token) =>
      post(`/deployments/${id}/rollback`, {}, token),
    ),
    foreign('I5', 'deployment', 'scales a deployment', (id, token) => ({
      ...post(`/deployments/${id}/scale`, { resource: 'network', count: 2 }, token),
      headers: { 'if-match': '"1"' },
    })),
    foreign('I6', 'deployment', 'reads the outputs of a deployment', (id, token) =>
      get(`/deployments/${id}/outputs`, token),
    ),
    foreign('I7', 'deployment', 'reads the history of a deployment', (id, token) =>
      get(`/deployments/${id}/events`, token),
    ),
    foreign('I8', 'deployment', 'has a deployment scanned', (id, token) =>
      post('/drift/scans', { deploymentId: decodeURIComponent(id) }, token),
    ),
    foreign('I45', 'deployment', 'reads which drift is ignored', (id, token) =>
      get(`/deployments/${id}/drift-ignores`, token),
    ),
    foreign('I46', 'deployment', 'has drift ignored', (id, token) =>
      post(`/deployments/${id}/drift-ignores`, { path: 'tags', reason: 'mine' }, token),
    ),
    foreign('I9', 'deployment', 'watches a deployment', (id, token) => get(`/events?deployment=${id}`, token)),
    foreign('I10', 'run', 'reads a run', READS.run),
    foreign('I11', 'run', 'reads the plan of a run', (id, token) => get(`/runs/${id}/plan`, token)),
    foreign('I12', 'run', 'lists the tasks of a run', (id, token) => get(`/runs/${id}/tasks`, token)),
    foreign('I13', 'run', 'cancels a run', (id, token) => post(`/runs/${id}/cancel`, undefined, token)),
    foreign('I14', 'run', 'approves a run', (id, token) =>
      post(`/runs/${id}/approve`, { planDigest: missingOf('digest') }, token),
    ),
    foreign('I15', 'digest', 'reads a plan by its digest', READS.digest),
    foreign('I16', 'digest', 'has a plan computed again', (id, token) =>
      post(`/plans/${id}/recompute`, undefined, token),
    ),
    foreign('I17', 'task', 'reads a task', READS.task),
    foreign('I18', 'task', 'reads the address of a callback', (id, token) => get(`/tasks/${id}/callback`, token)),
    foreign('I19', 'task', 'says what became of a task', (id, token) =>
      post(`/tasks/${id}/resolve`, { outcome: 'done', evidence: 'trust me' }, token),
    ),
    foreign('I20', 'attempt', 'reads the log of an attempt', READS.attempt),
    foreign('I21', 'report', 'reads a drift report', READS.report),
    foreign('I22', 'report', 'has drift removed', (id, token) =>
      post(`/drift/reports/${id}/remediate`, { mode: 'revert' }, token),
    ),
    foreign('I23', 'member', 'reads a member', READS.member),
    foreign('I24', 'member', 'gives a member another role', (id, token) =>
      patch(`/members/${id}`, { role: 'viewer' }, token),
    ),
    foreign('I25', 'member', 'removes a member', (id, token) => remove(`/members/${id}`, token)),
    foreign('I26', 'invitation', 'takes an invitation back', (id, token) =>
      remove(`/members/invitations/${id}`, token),
    ),
    foreign('I27', 'key', 'reads a key', READS.key),
    foreign('I28', 'key', 'gives a key a new secret', (id, token) => post(`/keys/${id}/rotate`, {}, token)),
    foreign('I29', 'key', 'revokes a key', (id, token) => remove(`/keys/${id}`, token)),
    foreign('I30', 'credential', 'reads a credential', READS.credential),
    foreign('I31', 'credential', 'removes a credential', (id, token) => remove(`/credentials/${id}`, token)),
    emptyList(
      'I32',
      'the runs of a foreign deployment by a filter',
      (w) => `/runs?deploymentId=${w.things.deployment}`,
    ),
    emptyList(
      ...(['I33', 'the reports of a foreign deployment by a filter'] as const),
      (w) => `/drift/reports?deploymentId=${w.things.deployment}`,
    ),
    emptyList('I34', 'a foreign deployment by its name', () => '/deployments?name=shop'),
    {
      ...{
        id: 'I35',
        what: 'a deployment whose resource uses a credential of another tenant',
        is: '202',
        records: true,
      },
      abuse: async (w) => {
        const resources = [{ name: 'a', engine: 'sandbox', type: 'network', credential: 'cloud', properties: CIDR }];
        return post('/deployments', { name: 'borrowed', autoApprove: true, resources }, w.eve.token);
      },
      also: async ({ body }, w) => {
        const { id } = body['run'] as { readonly id: string };
        const failed = await w.settled(id, w.eve.token);
        return failed.state === 'failed' && JSON.stringify(failed).includes('credential');
      },
      ...{ twin: 'its run fails and says so; without the credential it is taken', works: 202 },
      right: (w) => post('/deployments', idle(), w.eve.token),
    },
    stray('I36', 'a cursor of another tenant', (cursor, w) => list(`&cursor=${cursor}`, w.eve.token)),
    stray('I37', 'a cursor with other filters', (cursor, w) =>
      list(`&environment=production&cursor=${cursor}`, w.mia.token),
    ),
    stray('I38', 'a cursor of another list', (cursor, w) => get(`/runs?limit=1&cursor=${cursor}`, w.mia.token)),
    stray('I39', 'a cursor with one bit flipped', (cursor, w) => {
      const bytes = Buffer.from(cursor, 'base64url');
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      return list(`&cursor=${bytes.toString('base64url')}`, w.mia.token);
    }),
    stray('I40', 'a cursor whose place was moved', (cursor, w) => {
      const bytes = Buffer.from(cursor, 'base64url');
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      return list(`&cursor=${bytes.toString('base64url')}`, w.mia.token);
    }),
    stray('I41', 'a cursor that is an id', (_cursor, w) => list(`&cursor=${w.things.deployment}`, w.mia.token)),
    {
      ...{ id: 'I42', what: 'an idempotency key of another principal', is: '202', records: true },
      abuse: async (w) => {
        await w.send(post('/deployments', idle(), w.mia.token, SAME_KEY));
        return post('/deployments', idle(), w.eve.token, SAME_KEY);
      },
      also: async ({ body, headers }, w) => {
        const { id } = body['deployment'] as { readonly id: string };
        const seen = await w.send(get(`/deployments/${id}`, w.mia.token));
        return headers['idempotent-replayed'] === undefined && seen.status === 404;
      },
      ...{ twin: 'it is a key of its own for each; of the same principal it is the same request', works: 202 },
      right: (w) => post('/deployments', idle(), w.mia.token, SAME_KEY),
    },
    {
      ...{ id: 'I43', what: 'an idempotency key for another body', is: '422 idempotency-key-reused' },
      abuse: async (w) => {
        const headers = { 'idempotency-key': randomUUID() };
        await w.send(post('/deployments', idle(), w.mia.token, { headers }));
        return post('/deployments', idle({ name: 'other' }), w.mia.token, { headers });
      },
      ...{ twin: 'for the same body', works: 202 },
      right: async (w) => {
        const headers = { 'idempotency-key': randomUUID() };
        await w.send(post('/deployments', idle(), w.mia.token, { headers }));
        return post('/deployments', idle(), w.mia.token, { headers });
      },
    },
    {
      ...{ id: 'I44', what: 'an idempotency key of 10 kB', is: '400 invalid-header' },
      abuse: (w) => post('/deployments', idle(), w.mia.token, { headers: { 'idempotency-key': 'k'.repeat(10_000) } }),
      ...{ twin: 'a key of 255 characters', works: 202 },
      right: (w) =>
        post('/deployments', idle(), w.mia.token, {
          headers: { 'idempotency-key': randomUUID().padEnd(255, 'k') },
        }),
    },
  ],
};
