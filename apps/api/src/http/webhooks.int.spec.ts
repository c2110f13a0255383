import { webhookAt, WebhookSecrets } from '@caisson/http';
import { systemIds } from '@caisson/service';
import { tenantIdOf } from '@caisson/tenancy';
import { describe, expect, it } from 'vitest';
import { SETTINGS, useApi, type Asked } from '../api.harness.js';

const api = useApi();
const tenantId = tenantIdOf('default');
const made = new WebhookSecrets(SETTINGS.callbackSecret);

interface Webhook {
  readonly id: string;
  readonly path: string;
  readonly secret?: string;
  readonly generation: number;
  readonly previousUntil?: string;
}
const webhookOf = ({ body }: Asked): Webhook => body as unknown as Webhook;
const create = (more: { headers?: Record<string, string>; token?: string } = {}) =>
  api.ask('POST', '/webhooks', { body: { name: 'shop', kind: 'github' }, ...more });
const created = async () => webhookOf(await create());
const listed = async (query = '') => (await api.ask('GET', `/webhooks${query}`)).body.items.map(({ id }) => id);

describe('a webhook', () => {
  it('has an address that names it, and a secret that follows from it', async () => {
    const { status, ...answer } = await create();
    const { id, path, secret } = webhookOf({ status, ...answer });
    expect(status).toBe(201);
    expect(answer.headers).toMatchObject({ 'caisson-stream': `webhook-${id}`, 'caisson-version': '1' });
    expect(webhookAt(path.replace('/webhooks/', ''))).toEqual({ tenantId, id });
    expect(secret).toBe(made.secretOf({ tenantId, id }, 1));
    const read = await api.ask('GET', `/webhooks/${id}?minVersion=1`);
    expect(read.body).toEqual({ id, name: 'shop', kind: 'github', path, generation: 1 });
    const etag = String(read.headers['etag']);
    expect(await api.ask('GET', `/webhooks/${id}`, { headers: { 'if-none-match': etag } })).toMatchObject({
      status: 304,
    });
  });

  it('shows its secret once: it is in no other answer, no event, no document and no line of the log', async () => {
    const { id, secret = '' } = await created();
    const rotated = webhookOf(await api.ask('POST', `/webhooks/${id}/rotate`, { body: {} })).secret ?? '';
    const answers = await Promise.all(['/webhooks', `/webhooks/${id}`].map((path) => api.ask('GET', path)));
    const { rows } = await api.store.pool.query<{ text: string }>(
      'select event::text as text from event union all select document::text from document ' +
        'union all select idempotent_answer::text from idempotent_answer',
    );
    const all = [...answers.map(({ text }) => text), ...rows.map(({ text }) => text), ...api.logged].join('\n');
    expect(all).toContain('WebhookRotated');
    expect([secret.length, rotated.length]).toEqual([43, 43]);
    for (const one of [secret, rotated]) expect(all).not.toContain(one);
  });

  it('is created once by one request, and its secret is not given again', async () => {
    const asked = { headers: { 'idempotency-key': 'webhook-1' } };
    const before = (await listed()).length;
    expect(await create(asked)).toMatchObject({ status: 201 });
    expect(await create(asked)).toMatchObject({ status: 409, body: { code: 'idempotent-answer-not-kept' } });
    expect((await listed()).length).toBe(before + 1);
    const other = { body: { name: 'other', kind: 'github' }, ...asked };
    expect(await api.ask('POST', '/webhooks', other)).toMatchObject({
      ...{ status: 422, body: { code: 'idempotency-key-reused' } },
    });
  });

  it('has another secret when it is rotated, and says until when the one before is good', async () => {
    const { id, secret } = await created();
    const rotate = async (body: object) => webhookOf(await api.ask('POST', `/webhooks/${id}/rotate`, { body }));
    const second = await rotate({ overlapHours: 2 });
    expect([second.generation, second.secret]).toEqual([2, made.secretOf({ tenantId, id }, 2)]);
    expect(second.secret).not.toBe(secret);
    const hours = (Date.parse(second.previousUntil ?? '') - Date.now()) / 3_600_000;
    expect([hours > 1.9, hours <= 2]).toEqual([true, true]);
    expect((await rotate({ overlapHours: 0 })).generation).toBe(3);
    const refused = await api.ask('POST', `/webhooks/${id}/rotate`, { body: { overlapHours: 169 } });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '/overlapHours' }] } });
  });

  it('is there no more when it was removed', async () => {
    const { id } = await created();
    expect(await listed('?kind=github')).toContain(id);
    expect(await api.ask('DELETE', `/webhooks/${id}`)).toMatchObject({ status: 204, text: '' });
    expect(await listed()).not.toContain(id);
    for (const [method, path] of [
      ['GET', `/webhooks/${id}`],
      ['DELETE', `/webhooks/${id}`],
      ['POST', `/webhooks/${id}/rotate`],
      ['DELETE', `/webhooks/${systemIds.next()}`],
    ] as const) {
      const body = method === 'POST' ? { body: {} } : {};
      expect(await api.ask(method, path, body)).toMatchObject({ status: 404, body: { code: 'webhook-not-found' } });
    }
  });

  it('of one tenant is unknown to another, and listed page by page to its own', async () => {
    const [one] = [await created(), await created()];
    const eve = await api.logIn('eve', 'acme');
    expect((await api.ask('GET', '/webhooks', { token: eve })).body.items).toEqual([]);
    expect(await api.ask('GET', `/webhooks/${one.id}`, { token: eve })).toMatchObject({ status: 404 });
    const whole = await listed();
    const { nextCursor = '' } = (await api.ask('GET', '/webhooks?limit=1')).body;
    expect(await listed(`?limit=200&cursor=${nextCursor}`)).toEqual(whole.slice(1));
  });

  it.each([
    [{ name: '', kind: 'github' }, '/name'],
    [{ name: 'x', kind: 'svn' }, '/kind'],
    [{ name: 'x', kind: 'github', secret: 'of my own' }, '/secret'],
  ])('is refused as %j', async (body, pointer) => {
    expect(await api.ask('POST', '/webhooks', { body })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer }] },
    });
  });
});
