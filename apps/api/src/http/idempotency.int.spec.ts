import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { desired, PASSWORD, SETTINGS, useApi, type Ask } from '../api.harness.js';

const api = useApi();

const keyed = (key: string, more: Ask = {}): Ask => ({ ...more, headers: { 'idempotency-key': key, ...more.headers } });

/** What must be the same again. */
function told({ body, headers, status }: Awaited<ReturnType<typeof api.ask>>): object {
  return { status, body, location: headers['location'], etag: headers['etag'] };
}

describe('a request that is sent again with its key', () => {
  it('gets the same answer, whatever happened meanwhile, and changes nothing', async () => {
    const { id } = await api.created();
    const key = randomUUID();
    const send = () => api.ask('POST', `/deployments/${id}/cancel`, keyed(key));
    const first = await send();
    await api.ask('DELETE', `/deployments/${id}`);
    const before = await api.countEvents();
    const second = await send();
    expect(first).toMatchObject({ status: 202, body: { run: { state: 'cancelled' } } });
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(told(second)).toEqual(told(first));
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect(await api.countEvents()).toBe(before);
  });

  it('gets the same refusal where the state of things decided it', async () => {
    const { id, runId } = await api.created();
    const { headers } = await api.ask('GET', `/deployments/${id}`);
    const ask = keyed(randomUUID(), { body: desired('more'), headers: { 'if-match': String(headers['etag']) } });
    const first = await api.ask('PATCH', `/deployments/${id}`, ask);
    expect(first).toMatchObject({ status: 409, body: { code: 'run-active' } });
    await api.ask('POST', `/runs/${runId}/cancel`);
    const second = await api.ask('PATCH', `/deployments/${id}`, ask);
    const particular = { requestId: expect.any(String) as string, traceId: expect.any(String) as string };
    expect(second.body).toEqual({ ...first.body, ...particular });
  });

  it('may be corrected under the same key where it had not the right shape', async () => {
    const key = randomUUID();
    expect(await api.ask('POST', '/deployments', keyed(key, { body: { name: 7 } }))).toMatchObject({ status: 400 });
    expect(await api.ask('POST', '/deployments', keyed(key, { body: desired() }))).toMatchObject({ status: 202 });
  });

  it.each<[string, string, string, Ask]>([
    ['another body', 'POST', '/deployments', { body: desired('other') }],
    ['another address', 'POST', '/drift/scans', { body: desired('first') }],
    ['another precondition', 'POST', '/deployments', { body: desired('first'), headers: { 'if-match': '"7"' } }],
  ])('is refused with %s', async (...row) => {
    const [, method, path, other] = row;
    const key = randomUUID();
    await api.ask('POST', '/deployments', keyed(key, { body: desired('first') }));
    const before = await api.countEvents();
    const answer = await api.ask(method, path, keyed(key, other));
    expect(answer).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
    expect(await api.countEvents()).toBe(before);
  });

  it('is another request for another caller', async () => {
    const key = randomUUID();
    const mias = await api.ask('POST', '/deployments', keyed(key, { body: desired('twins') }));
    const token = await api.logIn('eve', 'acme');
    const eves = await api.ask('POST', '/deployments', keyed(key, { body: desired('twins'), token }));
    expect([mias.status, eves.status]).toEqual([202, 202]);
    expect(eves.body.deployment.id).not.toBe(mias.body.deployment.id);
  });

  it('waits for its answer while the first is being answered', async () => {
    const { id } = await api.created();
    const blocker = await api.store.pool.connect();
    await blocker.query('begin');
    await blocker.query('select from stream where stream_id = $1 for update', [`deployment-${id}`]);
    const key = randomUUID();
    const send = () => api.ask('POST', `/deployments/${id}/cancel`, keyed(key));
    const first = send();
    let second = await send();
    await blocker.query('rollback');
    blocker.release();
    expect(second).toMatchObject({ status: 409, body: { code: 'idempotency-key-in-use' } });
    expect(second.headers['retry-after']).toBe('1');
    const answered = told(await first);
    second = await send();
    expect(told(second)).toEqual(answered);
  });
});

it('is done once when twenty send it through two replicas at the same time', async () => {
  const other = await api.another();
  const key = randomUUID();
  const send = async (index: number) => {
    const { json, statusCode } = await (index % 2 === 0 ? api.app : other).inject({
      method: 'POST',
      url: '/api/v1/deployments',
      headers: { authorization: `Bearer ${api.token}`, 'idempotency-key': key, 'content-type': 'application/json' },
      payload: JSON.stringify(desired('rush')),
    });
    return { statusCode, body: json<{ code?: string; deployment?: { id: string } }>() };
  };
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => send(index)));
  const done = answers.filter(({ statusCode }) => statusCode === 202);
  const refused = answers.filter(({ statusCode }) => statusCode !== 202);
  expect(new Set(done.map(({ body }) => body.deployment?.id)).size).toBe(1);
  expect(refused.map(({ body }) => body.code)).toEqual(refused.map(() => 'idempotency-key-in-use'));
  const { items } = (await api.ask('GET', '/deployments?name=rush')).body;
  expect(items).toHaveLength(1);
  expect((await send(1)).body).toEqual(done[0]?.body);
});

it('keeps nothing of a login, and of other requests a keyed digest', async () => {
  const ask = keyed(randomUUID(), { body: { username: 'mia', password: PASSWORD, tenant: 'default' }, token: '' });
  const answers = [await api.ask('POST', '/auth/login', ask), await api.ask('POST', '/auth/login', ask)];
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  const body = { username: 'nia', password: PASSWORD, tenant: 'nias', bootstrapToken: SETTINGS.bootstrapToken };
  await api.ask('POST', '/auth/register', keyed(randomUUID(), { body, token: '' }));
  const { rows } = await api.store.pool.query<{ text: string }>('select a::text as text from idempotent_answer a');
  const all = rows.map(({ text }) => text).join('\n');
  expect(all).toContain('nia');
  for (const secret of [PASSWORD, SETTINGS.bootstrapToken, ...answers.map((answer) => answer.body.access_token)]) {
    expect(all).not.toContain(secret);
  }
});

it.each([[''], ['a b'], ['ä'], ['x'.repeat(256)], ['x'.repeat(10_000)]])('refuses the key %j', async (key) => {
  const answer = await api.ask('POST', '/deployments', keyed(key, { body: desired() }));
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-header' } });
});
