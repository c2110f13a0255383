import { ManageMembers, principalIdOf, tenantIdOf } from '@caisson/tenancy';
import { eventually, newAppend, newStream } from '@caisson/testing';
import { describe, expect, it } from 'vitest';
import { account, useApi } from '../api.harness.js';

const api = useApi();

const meOf = async (token: string) => (await api.ask('GET', '/auth/me', { token })).body as unknown as Me;
interface Me {
  readonly principalId: string;
  readonly role: string;
  readonly code?: string;
}

/** Invites somebody, who comes. */
async function joined(username: string, role: string) {
  const { body } = await api.ask('POST', '/members', { body: { role } });
  const registered = { body: account(username, { invitation: body.invitation }), token: '' };
  expect(await api.ask('POST', '/auth/register', registered)).toMatchObject({ status: 201, body: { role } });
  const token = await api.logIn(username);
  return { token, id: (await meOf(token)).principalId, invitation: body.invitation };
}

describe('an invitation', () => {
  it('lets one come in, with its role, once', async () => {
    const { invitation, token } = await joined('dan', 'deployer');
    expect(await meOf(token)).toMatchObject({ role: 'deployer' });
    const again = { body: account('tom', { invitation }), token: '' };
    expect(await api.ask('POST', '/auth/register', again)).toMatchObject({
      ...{ status: 403, body: { code: 'invitation-invalid', errors: [{ pointer: '/invitation' }] } },
    });
  });

  it('is worth nothing when it was changed, and gives nobody the name of another', async () => {
    const { body } = await api.ask('POST', '/members', { body: { role: 'admin' } });
    const ask = (username: string, invitation: string) =>
      api.ask('POST', '/auth/register', { body: account(username, { invitation }), token: '' });
    const last = body.invitation.at(-1) === 'A' ? 'B' : 'A';
    for (const changed of [
      'caisson_invite_x',
      'x',
      `${body.invitation.slice(0, -3)}${last}${body.invitation.slice(-2)}`,
    ]) {
      expect(await ask('tom', changed)).toMatchObject({ status: 403, body: { code: 'invitation-invalid' } });
    }
    expect(await ask('mia', body.invitation)).toMatchObject({ status: 409, body: { code: 'username-taken' } });
    expect((await api.ask('POST', '/auth/login', { body: account('mia'), token: '' })).status).toBe(200);
  });

  it('is taken back by its id, or with the administrator who made it', async () => {
    const refused = { status: 403, body: { code: 'invitation-invalid' } };
    const follow = (username: string, invitation: string) =>
      api.ask('POST', '/auth/register', { body: account(username, { invitation }), token: '' });
    const { body: mine } = await api.ask('POST', '/members', { body: { role: 'admin' } });
    expect(await api.ask('DELETE', `/members/invitations/${mine.id}`)).toMatchObject({ status: 204 });
    expect(await follow('ned', mine.invitation)).toMatchObject(refused);
    expect(await api.ask('DELETE', `/members/invitations/${mine.id}`)).toMatchObject({
      ...{ status: 404, body: { code: 'invitation-not-found' } },
    });
    const open = async () => (await api.ask('GET', '/members/invitations')).body.items.map(({ id }) => id);
    const { body: other } = await api.ask('POST', '/members', { body: { role: 'viewer' } });
    expect(await open()).toContain(other.id);
    expect(await open()).not.toContain(mine.id);
    const shown = await api.ask('GET', '/members/invitations');
    expect(shown.text).not.toContain(other.invitation);
    expect(shown.body.items.at(-1)).toMatchObject({ id: other.id, role: 'viewer' });
    await api.ask('DELETE', `/members/invitations/${other.id}`);
    expect(await open()).not.toContain(other.id);
    const second = await joined('flo', 'admin');
    const { body: theirs } = await api.ask('POST', '/members', { body: { role: 'admin' }, token: second.token });
    expect(await api.ask('DELETE', `/members/${second.id}`)).toMatchObject({ status: 204 });
    expect(await follow('ned', theirs.invitation)).toMatchObject(refused);
  });

  it('is shown once: the same request again does not make another', async () => {
    const asked = { body: { role: 'viewer' }, headers: { 'idempotency-key': 'invite-1' } };
    expect(await api.ask('POST', '/members', asked)).toMatchObject({ status: 201 });
    expect(await api.ask('POST', '/members', asked)).toMatchObject({
      ...{ status: 409, body: { code: 'idempotent-answer-not-kept' } },
    });
  });

  it('is in no event, no log and no table as it is', async () => {
    const { body } = await api.ask('POST', '/members', { body: { role: 'viewer' } });
    const { rows } = await api.store.pool.query<{ text: string }>(
      'select event::text as text from event union all select document::text from document',
    );
    const all = `${rows.map(({ text }) => text).join('\n')}${api.logged.join('')}`;
    expect(all).toContain('MemberInvited');
    expect(all).not.toContain(body.invitation.slice(-43));
  });
});

describe('a member', () => {
  it('gets another role within 5 s on every process', async () => {
    const { id, token } = await joined('rob', 'viewer');
    const elsewhere = await api.another();
    const roleThere = async () => {
      const headers = { authorization: `Bearer ${token}` };
      return (await elsewhere.inject({ method: 'GET', url: '/api/v1/auth/me', headers })).json<Me>().role;
    };
    expect(await roleThere()).toBe('viewer');
    const changed = await api.ask('PATCH', `/members/${id}`, { body: { role: 'operator' } });
    expect(changed).toMatchObject({ status: 200, body: { id, username: 'rob', role: 'operator' } });
    expect((await meOf(token)).role).toBe('operator');
    await eventually('the other copy to know', async () => (await roleThere()) === 'operator');
  });

  it('is shown the door: its sessions are worth nothing, and its name stays taken', async () => {
    const { id, token } = await joined('gil', 'operator');
    const login = await api.ask('POST', '/auth/login', { body: account('gil'), token: '' });
    expect(await api.ask('DELETE', `/members/${id}`)).toMatchObject({ status: 204 });
    expect((await meOf(token)).code).toBe('token-revoked');
    const refresh = { body: { refresh_token: login.body.refresh_token }, token: '' };
    expect((await api.ask('POST', '/auth/refresh', refresh)).status).toBe(401);
    expect((await api.ask('POST', '/auth/login', { body: account('gil'), token: '' })).status).toBe(401);
    expect(await api.ask('GET', `/members/${id}`)).toMatchObject({ status: 404, body: { code: 'member-not-found' } });
    const again = await api.ask('POST', '/auth/register', { body: account('gil'), token: '' });
    expect(again).toMatchObject({ status: 409, body: { code: 'username-taken' } });
  });

  it('may leave, and not show others the door', async () => {
    const [vic, uma] = [await joined('vic', 'viewer'), await joined('uma', 'viewer')];
    const denied = await api.ask('DELETE', `/members/${uma.id}`, { token: vic.token });
    expect(denied).toMatchObject({ status: 403, body: { code: 'permission-denied' } });
    expect(await api.ask('DELETE', `/members/${vic.id}`, { token: vic.token })).toMatchObject({ status: 204 });
    expect((await meOf(vic.token)).code).toBe('token-revoked');
  });

  it('leave their name to nobody, also when the state of the tenant has forgotten them', async () => {
    const [tenantId, username] = [tenantIdOf('default'), 'long-gone'];
    const id = principalIdOf(tenantId, username);
    const documents = [{ collection: 'member', id, body: { id, username, role: 'viewer', status: 'removed' } }];
    await api.store.events.append({ ...newAppend({ stream: newStream(tenantId) }), documents });
    expect(await api.ask('POST', '/auth/register', { body: account(username), token: '' })).toMatchObject({
      ...{ status: 409, body: { code: 'username-taken' } },
    });
  });

  it('who is the last administrator stays one, also when two leave at once', async () => {
    const { principalId: mia } = await meOf(api.token);
    for (const asked of [['PATCH', { role: 'viewer' }] as const, ['DELETE', undefined] as const]) {
      const [method, body] = asked;
      expect(await api.ask(method, `/members/${mia}`, { body })).toMatchObject({
        ...{ status: 409, body: { code: 'last-admin' } },
      });
    }
    const eve = await api.logIn('eve', 'acme');
    const { body } = await api.ask('POST', '/members', { body: { role: 'admin' }, token: eve });
    await api.ask('POST', '/auth/register', { body: account('ann', { invitation: body.invitation }), token: '' });
    const ann = await api.logIn('ann', 'acme');
    const ids = [await meOf(eve), await meOf(ann)].map(({ principalId }) => principalId);
    const answers = await Promise.all(
      [eve, ann].map((token, index) => api.ask('DELETE', `/members/${ids[index]!}`, { token })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
  });

  it('is judged from a snapshot when much has happened in its tenant', async () => {
    const { id } = await joined('ray', 'viewer');
    const tenantId = tenantIdOf('default');
    const members = api.app.get(ManageMembers);
    for (let index = 0; index < 200; index += 1) {
      const context = { tenantId, actor: id, commandId: `ray-${index}`, correlationId: 'c', causationId: 'c' };
      const role = index % 2 === 0 ? 'operator' : 'viewer';
      expect(await members.changeRole({ principalId: id, role, context })).toBeUndefined();
    }
    expect((await api.ask('PATCH', `/members/${id}`, { body: { role: 'deployer' } })).status).toBe(200);
    const { rows } = await api.store.pool.query('select version from snapshot where stream_id = $1', [
      `tenant-${tenantId}`,
    ]);
    expect(rows).toHaveLength(1);
    expect(await api.ask('GET', `/members/${id}`)).toMatchObject({ status: 200, body: { role: 'deployer' } });
    await joined('sue', 'viewer');
  });

  it('is in the list of its tenant and of no other', async () => {
    const { body } = await api.ask('GET', '/members');
    const names = (body.items as unknown as { username: string }[]).map(({ username }) => username);
    expect(names).toContain('mia');
    expect(names).not.toContain('eve');
    expect(names).not.toContain('gil');
  });
});

it('belong to one tenant, which says how many they are', async () => {
  const { body } = await api.ask('GET', '/tenants');
  const members = (await api.ask('GET', '/members?limit=200')).body.items.length;
  expect(body.items).toMatchObject([{ id: tenantIdOf('default'), name: 'default', members }]);
  expect((await api.ask('GET', `/tenants/${tenantIdOf('default')}`)).body).toEqual(body.items[0]);
  expect(await api.ask('GET', `/tenants/${tenantIdOf('acme')}`)).toMatchObject({
    ...{ status: 404, body: { code: 'tenant-not-found' } },
  });
});
