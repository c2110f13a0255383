import { randomUUID } from 'node:crypto';
import { get, post, type AbuseRow, type AbuseTable } from '../abuse-row.js';
import { CANARY, idle, PASSWORD, type AbuseWorld } from '../abuse-world.js';
import type { Sent } from '../wire.js';

const GUESSES_MAX = 300;
const AT_ONCE = 10;
const TRIES = 9;
const DENIED = '403 permission-denied';
const fresh = (): string => `n${randomUUID().slice(0, 8)}`;
const newcomer = (more: object) => post('/auth/register', { username: fresh(), password: PASSWORD, ...more });

async function invited(w: AbuseWorld, role: string): Promise<string> {
  const { invitation } = await w.ask<{ invitation: string }>('POST', '/members', { role });
  w.secrets.push(invitation);
  return invitation;
}

const ENDLESS = 'x'.repeat(200);
const ADMIN = { role: 'admin' } as const;
const NO_QUOTAS = { deployments: null, 'active-runs': null };
const LOGIN = {
  ...{ twin: 'a login as it should be', works: 200 },
  right: () => post('/auth/login', { username: 'vic', password: PASSWORD }),
} as const;

/** Sends guesses until one is refused for their number. */
async function exhaust(w: AbuseWorld, guess: () => Sent, from: string): Promise<void> {
  for (let count = 0; count < GUESSES_MAX; count += AT_ONCE) {
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => w.send(guess(), from)));
    if (answers.every(({ status }) => status === 429)) return;
  }
}

/** The middle of some tries to log in with a wrong password as each of two, taken in turns. */
async function typicalMs(w: AbuseWorld, usernames: readonly [string, string]): Promise<readonly number[]> {
  const times: readonly number[][] = usernames.map(() => []);
  for (let count = 0; count < TRIES; count += 1) {
    for (const [index, username] of usernames.entries()) {
      const began = performance.now();
      await w.send(post('/auth/login', { username, password: 'a guess' }), '127.0.9.33');
      times[index]?.push(performance.now() - began);
    }
  }
  return times.map((all) => all.sort((left, right) => left - right)[(TRIES - 1) / 2] ?? 0);
}

/** A body with a member that is not the caller's to say. */
const assigned = (id: string, member: Readonly<Record<string, unknown>>): AbuseRow => ({
  ...{ id, what: `a deployment with ${JSON.stringify(member)} in its body`, is: '400 invalid-request' },
  abuse: (w) => post('/deployments', idle(member), w.mia.token),
  also: ({ body }) => body.errors?.some(({ pointer }) => pointer === `/${Object.keys(member)[0] ?? ''}`) === true,
  ...{ twin: 'the body without it', right: (w) => post('/deployments', idle(), w.mia.token), works: 202 },
});

/** Who may do what, and who says so. */
export const AUTHORITY: AbuseTable = {
  subject: 'Rights and registration',
  rows: [
    {
      ...{ id: 'R1', what: 'a viewer creates a deployment', is: DENIED },
      abuse: (w) => post('/deployments', idle(), w.viewer.token),
      ...{ twin: 'a deployer does', right: (w) => post('/deployments', idle(), w.deployer.token), works: 202 },
    },
    {
      ...{ id: 'R2', what: 'a deployer approves a plan', is: DENIED },
      abuse: async (w) => {
        const { digest, run } = await w.waiting();
        return post(`/runs/${run}/approve`, { planDigest: digest }, w.deployer.token);
      },
      ...{ twin: 'an operator does', works: 202 },
      right: async (w) => {
        const { digest, run } = await w.waiting();
        return post(`/runs/${run}/approve`, { planDigest: digest }, w.operator.token);
      },
    },
    {
      ...{ id: 'R3', what: 'a viewer makes itself an administrator', is: DENIED },
      abuse: (w) => ({ method: 'PATCH', ...get(`/members/${w.viewer.principalId}`, w.viewer.token), body: ADMIN }),
      ...{ twin: 'an administrator gives somebody a role', works: 200 },
      right: async (w) => ({
        ...{ method: 'PATCH', body: { role: 'deployer' } },
        ...get(`/members/${(await w.join('viewer')).principalId}`, w.mia.token),
      }),
    },
    {
      ...{ id: 'R4', what: 'an operator makes itself an administrator', is: DENIED },
      abuse: (w) => ({ method: 'PATCH', ...get(`/members/${w.operator.principalId}`, w.operator.token), body: ADMIN }),
      ...{ twin: 'it reads who it is', right: (w) => get('/auth/me', w.operator.token), works: 200 },
    },
    {
      ...{ id: 'R5', what: 'an operator invites an administrator', is: DENIED },
      abuse: (w) => post('/members', ADMIN, w.operator.token),
      ...{ twin: 'an administrator does', right: (w) => post('/members', ADMIN, w.mia.token), works: 201 },
    },
    {
      ...{ id: 'R6', what: 'a viewer issues itself an API key of an administrator', is: DENIED },
      abuse: (w) => post('/keys', { name: 'up', scope: 'admin' }, w.viewer.token),
      ...{ twin: 'an administrator issues one', works: 201 },
      right: (w) => post('/keys', { name: 'up', scope: 'admin' }, w.mia.token),
    },
    {
      ...{ id: 'R7', what: 'an API key with the scope write issues one with the scope admin', is: DENIED },
      abuse: async (w) => post('/keys', { name: 'up', scope: 'admin' }, (await w.key('write')).key),
      ...{ twin: 'it does what operators do', works: 202 },
      right: async (w) => post('/deployments', idle(), (await w.key('write')).key),
    },
    {
      ...{ id: 'R8', what: 'an API key with the scope read creates a deployment', is: DENIED },
      abuse: async (w) => post('/deployments', idle(), (await w.key('read')).key),
      ...{ twin: 'it reads', right: async (w) => get('/deployments', (await w.key('read')).key), works: 200 },
    },
    {
      ...{ id: 'R9', what: 'a key with a scope that is made up', is: '400 invalid-request' },
      abuse: (w) => post('/keys', { name: 'x', scope: 'root' }, w.mia.token),
      ...{ twin: 'a scope that there is', works: 201 },
      right: (w) => post('/keys', { name: 'x', scope: 'read' }, w.mia.token),
    },
    {
      ...{ id: 'R10', what: 'a key that says its role and its tenant too', is: '400 invalid-request' },
      abuse: (w) => post('/keys', { name: 'x', scope: 'read', role: 'admin', tenantId: randomUUID() }, w.mia.token),
      ...{ twin: 'a key that says when it ends', works: 201 },
      right: (w) => post('/keys', { name: 'x', scope: 'read', expiresInDays: 1 }, w.mia.token),
    },
    {
      ...{ id: 'R11', what: 'an API key changes the password of its owner', is: '403 session-required' },
      abuse: async (w) => {
        const body = { currentPassword: PASSWORD, newPassword: `${CANARY} another one` };
        return post('/auth/password', body, (await w.key('admin')).key);
      },
      ...{ twin: 'an API key reads who it is', works: 200 },
      right: async (w) => get('/auth/me', (await w.key('admin')).key),
    },
    {
      ...{ id: 'R12', what: 'the last administrator leaves', is: '409 last-admin' },
      abuse: (w) => ({ method: 'DELETE', ...get(`/members/${w.eve.principalId}`, w.eve.token) }),
      ...{ twin: 'somebody else leaves', works: 204 },
      right: async (w) => {
        const { principalId, token } = await w.join('viewer');
        return { method: 'DELETE', ...get(`/members/${principalId}`, token) };
      },
    },
    {
      ...{ id: 'R13', what: 'a viewer shows somebody else the door', is: DENIED },
      abuse: (w) => ({ method: 'DELETE', ...get(`/members/${w.operator.principalId}`, w.viewer.token) }),
      ...{ twin: 'an administrator does', works: 204 },
      right: async (w) => ({
        ...{ method: 'DELETE', ...get(`/members/${(await w.join('viewer')).principalId}`, w.mia.token) },
      }),
    },
    {
      ...{ id: 'R14', what: 'an operator lifts the quotas', is: DENIED },
      abuse: (w) => ({ method: 'PUT', ...get('/quotas', w.operator.token), body: NO_QUOTAS }),
      ...{ twin: 'an administrator does', works: 200 },
      right: (w) => ({ method: 'PUT', ...get('/quotas', w.mia.token), body: NO_QUOTAS }),
    },
    {
      ...{ id: 'R15', what: 'a viewer reads the secret address of a callback', is: DENIED },
      abuse: (w) => get(`/tasks/${encodeURIComponent(w.things.task)}/callback`, w.viewer.token),
      ...{ twin: 'it reads the task', works: 200 },
      right: (w) => get(`/tasks/${encodeURIComponent(w.things.task)}`, w.viewer.token),
    },
    {
      ...{ id: 'R16', what: 'a viewer watches the events of members', is: DENIED },
      abuse: (w) => get('/events?type=caisson.tenancy.*', w.viewer.token),
      ...{ twin: 'it watches those of deployments', works: 200 },
      right: (w) => get('/events?type=caisson.deployment.*', w.viewer.token, { isStream: true }),
    },
    {
      ...{ id: 'R17', what: 'a registration that says its role', is: '400 invalid-request' },
      abuse: () => newcomer({ role: 'admin' }),
      ...{ twin: 'one that does not: a viewer', right: () => newcomer({}), works: 201 },
    },
    {
      ...{
        id: 'R18',
        what: 'a registration with a bootstrap token that is guessed',
        is: '403 bootstrap-token-invalid',
      },
      abuse: () => newcomer({ tenant: fresh(), bootstrapToken: 'caisson_boot_guess' }),
      ...{ twin: 'the one that was printed', works: 201 },
      right: (w) => newcomer({ tenant: fresh(), bootstrapToken: w.caisson.process.bootstrapToken }),
    },
    {
      ...{ id: 'R19', what: 'somebody founds a tenant that has an administrator', is: '409 tenant-exists' },
      abuse: (w) => newcomer({ tenant: 'acme', bootstrapToken: w.caisson.process.bootstrapToken }),
      ...{ twin: 'a tenant that is new', works: 201 },
      right: (w) => newcomer({ tenant: fresh(), bootstrapToken: w.caisson.process.bootstrapToken }),
    },
    {
      ...{ id: 'R20', what: 'an invitation for the second time', is: '403 invitation-invalid' },
      abuse: async (w) => {
        const invitation = await invited(w, 'operator');
        await w.send(newcomer({ invitation }));
        return newcomer({ invitation });
      },
      ...{ twin: 'for the first time', works: 201 },
      right: async (w) => newcomer({ invitation: await invited(w, 'operator') }),
    },
    {
      ...{ id: 'R21', what: 'an invitation that was taken back', is: '403 invitation-invalid' },
      abuse: async (w) => {
        const { id, invitation } = await w.ask<{ id: string; invitation: string }>('POST', '/members', ADMIN);
        await w.ask('DELETE', `/members/invitations/${id}`);
        return newcomer({ invitation });
      },
      ...{ twin: 'one that stands', works: 201 },
      right: async (w) => newcomer({ invitation: await invited(w, 'viewer') }),
    },
    {
      ...{ id: 'R22', what: 'an invitation with another id in it', is: '403 invitation-invalid' },
      abuse: async (w) => newcomer({ invitation: `${(await invited(w, 'viewer')).slice(0, -6)}AAAAAA` }),
      ...{ twin: 'as it was shown', works: 201 },
      right: async (w) => newcomer({ invitation: await invited(w, 'viewer') }),
    },
    {
      ...{
        id: 'R23',
        what: 'an invitation of one tenant leads into another that the body names',
        is: '201',
        records: true,
      },
      abuse: async (w) => newcomer({ invitation: await invited(w, 'viewer'), tenant: 'acme' }),
      also: async ({ body }, w) => {
        const { tenantId } = await w.ask<{ tenantId: string }>('GET', '/auth/me');
        return body['tenantId'] === tenantId;
      },
      ...{ twin: 'the tenant is that of the invitation, whatever the body says', works: 201 },
      right: async (w) => newcomer({ invitation: await invited(w, 'viewer') }),
    },
    {
      ...{ id: 'R24', what: 'a member that is given a role and a tenant', is: '400 invalid-request' },
      abuse: (w) => ({
        ...{ method: 'PATCH', ...get(`/members/${w.viewer.principalId}`, w.mia.token) },
        body: { role: 'viewer', tenantId: randomUUID() },
      }),
      ...{ twin: 'a role alone', works: 200 },
      right: (w) => ({
        ...{ method: 'PATCH', ...get(`/members/${w.viewer.principalId}`, w.mia.token) },
        body: { role: 'viewer' },
      }),
    },
    assigned('R25', { tenantId: 'another' }),
    assigned('R26', { id: '00000000-0000-4000-8000-000000000000' }),
    assigned('R27', { status: 'completed' }),
    assigned('R28', { version: 7 }),
    assigned('R29', { createdBy: 'eve' }),
    assigned('R30', { fence: 99 }),
    {
      ...{ id: 'R31', what: 'a login that says whether it is an administrator', is: '400 invalid-request' },
      abuse: () => post('/auth/login', { username: 'vic', password: PASSWORD, isAdmin: true }),
      ...{ twin: 'a login', right: () => post('/auth/login', { username: 'vic', password: PASSWORD }), works: 200 },
    },
    {
      ...{ id: 'R32', what: 'a login as somebody who is not there answers as a wrong password does', ...LOGIN },
      is: '401 credentials-invalid',
      abuse: () => post('/auth/login', { username: 'nobody-here', password: `${CANARY} guess` }),
      also: async ({ body, headers, status }, w) => {
        const wrong = await w.send(post('/auth/login', { username: 'vic', password: `${CANARY} guess` }), '127.0.9.1');
        const names = (all: object): string => Object.keys(all).sort().join();
        const { instance: _at, requestId: _id, traceId: _trace, ...said } = body;
        return (
          status === wrong.status &&
          names(headers) === names(wrong.headers) &&
          Object.entries(said).every(([name, value]) => String(wrong.body[name]) === String(value))
        );
      },
    },
    {
      ...{
        id: 'R33',
        what: 'a login as somebody who is not there takes as long',
        is: '401 credentials-invalid',
        ...LOGIN,
      },
      abuse: () => post('/auth/login', { username: 'nobody-here', password: 'a guess' }),
      also: async (_answer, w) => {
        const [there = 0, absent = 0] = await typicalMs(w, ['vic', 'nobody-there']);
        return absent > there / 3 && absent < there * 3; // Without its hash it would be a twentieth.
      },
    },
    {
      ...{ id: 'R34', what: 'a login in a tenant that is not there', is: '401 credentials-invalid', ...LOGIN },
      abuse: () => post('/auth/login', { username: 'vic', password: PASSWORD, tenant: 'nowhere' }),
    },
    {
      ...{ id: 'R35', what: 'a registration in a tenant that is not there', is: '403 registration-closed' },
      abuse: () => newcomer({ tenant: 'nowhere' }),
      ...{ twin: 'in one that is', right: () => newcomer({ tenant: 'acme' }), works: 201 },
    },
    {
      ...{ id: 'R36', what: 'many guesses at one password, from one address', is: '429 rate-limited' },
      abuse: async (w) => {
        const { username } = await w.join('viewer');
        const guess = post('/auth/login', { username, password: 'a guess' });
        await exhaust(w, () => guess, '127.0.9.36');
        return guess;
      },
      also: ({ headers }) => Number(headers['retry-after']) > 0,
      ...LOGIN,
    },
    {
      ...{
        id: 'R37',
        what: 'guesses at many names, with another X-Forwarded-For each',
        is: '429 rate-limited',
        ...LOGIN,
      },
      from: '127.0.9.37',
      abuse: async (w) => {
        let count = 0;
        const guess = () => {
          const headers = { 'x-forwarded-for': `10.0.0.${(count += 1)}`, 'x-real-ip': `10.1.0.${count}` };
          return post('/auth/login', { username: `nobody-${count}`, password: 'a guess' }, undefined, { headers });
        };
        await exhaust(w, guess, '127.0.9.37');
        return guess();
      },
    },
    {
      ...{ id: 'R38', what: 'a user name with a zero byte and a line break', is: '400 invalid-text', ...LOGIN },
      abuse: () => post('/auth/login', { username: `vic\u0000\n${CANARY}`, password: PASSWORD }),
    },
    {
      ...{ id: 'R39', what: 'a user name of letters that only look like others', is: '400 invalid-request' },
      abuse: () => post('/auth/register', { username: 'аdmin', password: PASSWORD }),
      ...{ twin: 'of plain letters', right: () => newcomer({}), works: 201 },
    },
    {
      ...{ id: 'R40', what: 'a password of 300 kB', is: '413 body-too-large', ...LOGIN },
      abuse: () => post('/auth/login', { username: 'vic', password: 'x'.repeat(300_000) }),
    },
    {
      ...{ id: 'R41', what: 'a password that no hash should be made of', is: '400 invalid-request', ...LOGIN },
      abuse: () => post('/auth/login', { username: 'vic', password: ENDLESS.repeat(2) }),
    },
    {
      ...{ id: 'R42', what: 'a secret in a body that is refused comes back in the answer', is: '400 invalid-request' },
      abuse: () => post('/auth/register', { username: 'NO', password: `${CANARY}-password`, tenant: `${CANARY} x` }),
      ...{ twin: 'the answer names the places, never the values', right: () => newcomer({}), works: 201 },
    },
  ],
};
