import { randomUUID } from 'node:crypto';
import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import type { KeyedRequest } from '@caisson/http';
import { createTestDatabase, eventually, type TestDatabase } from '@caisson/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { CreateIdempotentAnswer } from './create-idempotent-answer.migration.js';
import { PostgresIdempotentAnswers } from './postgres-idempotent-answers.js';

let database: TestDatabase;
let services: OpenedEventStore;
let owner: OpenedEventStore;
let answers: PostgresIdempotentAnswers;

beforeAll(async () => {
  database = await createTestDatabase();
  const url = new URL(database.url);
  const name = `app_${url.pathname.slice(1)}`;
  await migrate({ ownerUrl: url.href, migrations: [CreateIdempotentAnswer], appRole: { name, password: 'app' } });
  owner = await openEventStore({ url: database.url });
  [url.username, url.password] = [name, 'app'];
  services = await openEventStore({ url: url.href });
  answers = new PostgresIdempotentAnswers(services.pool);
});
afterAll(async () => {
  await services.close();
  await owner.close();
  await database.drop();
});

const ANSWER = { status: 202, headers: { location: '/x' }, body: { a: [1, 'ä'] } };

function newRequest(more: Partial<KeyedRequest> = {}): KeyedRequest {
  return { tenantId: randomUUID(), caller: 'mia', key: randomUUID(), fingerprint: 'f', ...more };
}

async function claimed(request: KeyedRequest, of = answers): Promise<string> {
  const found = await of.claim(request);
  if (found.state !== 'claimed') throw new Error(`not claimed: ${found.state}`);
  return found.claim;
}

it('gives a claim to one, tells the others to wait, and then gives them the answer', async () => {
  const request = newRequest();
  const found = await Promise.all(Array.from({ length: 20 }, () => answers.claim(request)));
  const [first] = found.filter(({ state }) => state === 'claimed');
  expect(found.map(({ state }) => state).sort()).toEqual(['claimed', ...Array.from({ length: 19 }, () => 'in-use')]);
  await answers.keep(request, first?.state === 'claimed' ? first.claim : '', ANSWER);
  expect(await answers.claim(request)).toEqual({ state: 'answered', answer: ANSWER });
});

it('tells another request apart, whether the first was answered or not', async () => {
  const request = newRequest();
  const claim = await claimed(request);
  expect(await answers.claim({ ...request, fingerprint: 'g' })).toEqual({ state: 'other-request' });
  await answers.keep(request, claim, undefined);
  expect(await answers.claim({ ...request, fingerprint: 'g' })).toEqual({ state: 'other-request' });
  expect(await answers.claim(request)).toEqual({ state: 'not-kept' });
});

it('begins anew after a release, and takes no answer from who lost the claim', async () => {
  const request = newRequest();
  const lost = await claimed(request);
  await answers.release(request, lost);
  const claim = await claimed(request);
  await answers.keep(request, lost, { ...ANSWER, status: 201 });
  await answers.release(request, lost);
  expect(await answers.claim(request)).toEqual({ state: 'in-use' });
  await answers.keep(request, claim, ANSWER);
  expect(await answers.claim(request)).toMatchObject({ answer: { status: 202 } });
});

it('gives the claim of a dead process to the next with the same request', async () => {
  const hasty = new PostgresIdempotentAnswers(services.pool, { heldMs: 0 });
  const request = newRequest();
  await claimed(request, hasty);
  expect(await answers.claim({ ...request, fingerprint: 'g' })).toEqual({ state: 'other-request' });
  await claimed(request, answers);
  expect(await answers.claim(request)).toEqual({ state: 'in-use' });
});

it('keeps callers and tenants apart', async () => {
  const request = newRequest();
  await claimed(request);
  await claimed({ ...request, caller: 'eve' });
  await claimed({ ...request, tenantId: randomUUID() });
  const { rows } = await services.pool.query('select from idempotent_answer');
  expect(rows).toHaveLength(0); // Without a tenant nothing is seen.
});

it('gives each of many at once its own, in few statements', async () => {
  const query = vi.spyOn(services.pool, 'query');
  const requests = Array.from({ length: 40 }, () => newRequest());
  const claims = await Promise.all(requests.map((request) => claimed(request)));
  await Promise.all(
    requests.map((request, place) => answers.keep(request, claims[place] ?? '', { ...ANSWER, body: { place } })),
  );
  const found = await Promise.all([...requests].reverse().map((request) => answers.claim(request)));
  const places = requests.map((_, place) => ({ state: 'answered', answer: { ...ANSWER, body: { place } } }));
  expect(found).toEqual(places.reverse());
  expect(query.mock.calls.length).toBeLessThanOrEqual(6);
  query.mockRestore();
});

it('lets no two processes wait for each other, whatever the order they ask in', async () => {
  const requests = Array.from({ length: 5 }, (_, place) => newRequest({ tenantId: 'a', key: `${place}` }));
  const other = new PostgresIdempotentAnswers(services.pool);
  const between = await services.pool.connect(); // Holds the key in the middle until both have met it.
  await between.query('begin');
  await between.query(`select claim_idempotent_answer('a', 'mia', '2', 'f', gen_random_uuid(), 1, 1)`);
  const query = vi.spyOn(services.pool, 'query');
  const asked = Promise.all([
    ...requests.map((request) => answers.claim(request)),
    ...[...requests].reverse().map((request) => other.claim(request)),
  ]);
  const waiting = `select from pg_locks where not granted and locktype in ('transactionid', 'tuple')`;
  await eventually('both wait', async () => (await owner.pool.query(waiting)).rowCount === 2);
  await between.query('rollback');
  between.release();
  expect((await asked).filter(({ state }) => state === 'claimed')).toHaveLength(5);
  expect(query).toHaveBeenCalledTimes(2); // After a deadlock each is tried alone.
  query.mockRestore();
});

it('forgets what is too old, of all tenants, and only that', async () => {
  const brief = new PostgresIdempotentAnswers(services.pool, { keptMs: 1 });
  const [old, other, young] = [newRequest(), newRequest(), newRequest()];
  await claimed(old, brief);
  await claimed(other, brief);
  await claimed(young);
  await eventually(
    'both are old',
    async () =>
      (
        await owner.pool.query(`select from idempotent_answer
    where kept_until < now()`)
      ).rowCount === 2,
  );
  expect(await answers.forgetOld()).toBe(2);
  expect(await answers.claim(young)).toEqual({ state: 'in-use' });
  expect(await answers.forgetOld()).toBe(0);
});

it('takes a key again that is too old, though nobody has forgotten it', async () => {
  const brief = new PostgresIdempotentAnswers(services.pool, { keptMs: 0 });
  const request = newRequest();
  await brief.keep(request, await claimed(request, brief), ANSWER);
  await claimed({ ...request, fingerprint: 'g' });
});
