import type { QuotaName } from '@caisson/contracts';
import { eventually } from '@caisson/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { desired, useApi, type AnswerBody } from '../api.harness.js';

const api = useApi();
const CHANGE = { resources: { web: { properties: { x: 1 } } } };

interface Use {
  readonly used: number;
  readonly limit?: number;
}
type Uses = Readonly<Record<QuotaName, Use>>;

const uses = async (token?: string) =>
  (await api.ask('GET', '/quotas', token === undefined ? {} : { token })).body as unknown as Uses;
const limit = (deployments: number | null, activeRuns: number | null, others: object = {}) =>
  api.ask('PUT', '/quotas', { body: { deployments, 'active-runs': activeRuns, ...others } });

/** Asks many things at once, of several copies of the API. */
async function atOnce(
  apps: readonly NestFastifyApplication[],
  count: number,
  { body, url }: { url: (index: number) => string; body: object | ((index: number) => object) },
) {
  const asked = Array.from({ length: count }, async (_, index) => {
    const headers = { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' };
    const payload = JSON.stringify(typeof body === 'function' ? (body as (index: number) => object)(index) : body);
    const answer = await apps[index % apps.length]!.inject({ method: 'POST', url: url(index), headers, payload });
    return {
      status: answer.statusCode,
      body: answer.json<AnswerBody & { quota: string; used: number; limit: number }>(),
    };
  });
  return Promise.all(asked);
}

function countOf(answers: readonly { readonly status: number }[]) {
  const having = (wanted: number) => answers.filter(({ status }) => status === wanted).length;
  return { accepted: having(202), refused: having(409) };
}

beforeEach(async () => {
  await limit(null, null, { 'tasks-in-flight': null, 'monthly-cost': null });
});

describe('a quota', () => {
  it('of deployments is exact when 200 come at once, through two copies', async () => {
    const apps = [api.app, await api.another()];
    const before = (await uses()).deployments.used;
    await limit(before + 50, null);
    const answers = await atOnce(apps, 200, { url: () => '/api/v1/deployments', body: desired('many') });
    expect(countOf(answers)).toEqual({ accepted: 50, refused: 150 });
    const refusal = answers.find(({ status }) => status === 409)?.body;
    const full = { used: before + 50, limit: before + 50 };
    expect(refusal).toMatchObject({ code: 'quota-exhausted', quota: 'deployments', ...full });
    expect(refusal?.detail).toContain(`uses ${full.used} of ${full.limit} deployments. Delete one`);
    expect(await uses()).toMatchObject({ deployments: { used: before + 50, limit: before + 50 } });
    const { rows } = await api.store.pool.query<{ count: string }>(
      `select count(*) from document where collection = 'deployment' and body->>'name' = 'many'`,
    );
    expect(Number(rows[0]?.count)).toBe(50);
  });

  it('of active runs is exact too, and a run that ends gives its place back', async () => {
    const created: { readonly id: string }[] = [];
    for (let index = 0; index < 30; index += 1) created.push(await api.created(`run-${index}`));
    await Promise.all(created.map(({ id }) => api.ask('POST', `/deployments/${id}/cancel`)));
    const before = (await uses())['active-runs'].used;
    await limit(null, before + 7);
    const update = (index: number) => `/api/v1/deployments/${created[index]!.id}/configure`;
    const answers = await atOnce([api.app, await api.another()], 30, { url: update, body: CHANGE });
    expect(countOf(answers)).toEqual({ accepted: 7, refused: 23 });
    const refusal = answers.find(({ status }) => status === 409)?.body;
    expect(refusal).toMatchObject({ code: 'quota-exhausted', quota: 'active-runs' });
    const taken = answers.findIndex(({ status }) => status === 202);
    const free = answers.findIndex(({ status }) => status === 409);
    await api.ask('POST', `/deployments/${created[taken]!.id}/cancel`);
    await eventually('a place to be free', async () => (await uses())['active-runs'].used === before + 6);
    const again = await atOnce([api.app], 1, { url: () => update(free), body: CHANGE });
    expect(again[0]?.status).toBe(202);
  });

  it('lets a repeated request have its answer, and does not stop what is there', async () => {
    const asked = { body: desired('kept'), headers: { 'idempotency-key': 'kept-1' } };
    const first = await api.ask('POST', '/deployments', asked);
    await limit(0, 0);
    const again = await api.ask('POST', '/deployments', asked);
    expect([first.status, again.status, again.body.deployment.id]).toEqual([202, 202, first.body.deployment.id]);
    const cancelled = await api.ask('POST', `/deployments/${first.body.deployment.id}/cancel`);
    expect(cancelled.status).toBe(202);
    expect(await api.ask('POST', '/deployments', { body: desired('more') })).toMatchObject({
      ...{ status: 409, body: { code: 'quota-exhausted' } },
    });
  });

  it('is of one tenant', async () => {
    await limit(0, 0);
    const eve = await api.logIn('eve', 'acme');
    const unused = { 'tasks-in-flight': { used: 0 }, 'monthly-cost': { used: 0 } };
    expect(await uses(eve)).toEqual({ deployments: { used: 0 }, 'active-runs': { used: 0 }, ...unused });
    expect((await api.ask('POST', '/deployments', { body: desired(), token: eve })).status).toBe(202);
    expect(await uses(eve)).toEqual({ deployments: { used: 1 }, 'active-runs': { used: 1 }, ...unused });
  });

  it('of monthly cost is exact when 200 plans are approved at once, through two copies', async () => {
    const priced: Awaited<ReturnType<typeof api.planned>>[] = [];
    for (let index = 0; index < 200; index += 1) priced.push(await api.planned({ costPerMonth: 12.5 }));
    await limit(null, null, { 'monthly-cost': 500 });
    const answers = await atOnce([api.app, await api.another()], 200, {
      url: (index) => `/api/v1/deployments/${priced[index]!.id}/approve`,
      body: (index) => ({ planDigest: priced[index]!.plan.digest }),
    });
    expect(countOf(answers)).toEqual({ accepted: 40, refused: 160 });
    expect((await uses())['monthly-cost']).toEqual({ used: 500, limit: 500 });
    const refused = answers.findIndex(({ status }) => status === 409);
    expect(answers[refused]?.body).toMatchObject({
      code: 'quota-exhausted',
      quota: 'monthly-cost',
      used: 500,
      limit: 500,
    });
    expect(answers[refused]?.body.detail).toContain('uses 500 of 500 cost a month. Plan something cheaper');
    const accepted = answers.findIndex(({ status }) => status === 202);
    await api.ask('POST', `/deployments/${priced[accepted]!.id}/cancel`);
    const { id, plan } = priced[refused]!;
    const approval = { body: { planDigest: plan.digest } };
    expect((await uses())['monthly-cost'].used).toBe(500); // Its tools may have made something before they stop.
    await limit(null, null, { 'monthly-cost': 512 });
    expect((await api.ask('POST', `/deployments/${id}/approve`, approval)).status).toBe(409);
    await limit(null, null, { 'monthly-cost': 513 });
    expect((await api.ask('POST', `/deployments/${id}/approve`, approval)).status).toBe(202);
  });

  it('of monthly cost makes a plan wait for a person that would be approved by itself', async () => {
    const used = (await uses())['monthly-cost'].used;
    await limit(null, null, { 'monthly-cost': Math.ceil(used) + 10 });
    const changes = { autoApprove: true, autoExecute: false };
    const [cheap, dear] = [
      await api.planned({ costPerMonth: 5, ...changes }),
      await api.planned({ costPerMonth: 900, ...changes }),
    ];
    const stateOf = async ({ runId }: { runId: string }) => (await api.ask('GET', `/runs/${runId}`)).body.state;
    expect([await stateOf(cheap), await stateOf(dear)]).toEqual(['approved', 'awaiting_approval']);
  });

  it('keeps limits that a client of before they were there does not name', async () => {
    await limit(null, null, { 'tasks-in-flight': 9, 'monthly-cost': 1_000_000 });
    expect((await limit(77, null)).status).toBe(200);
    const now = { deployments: { limit: 77 }, 'tasks-in-flight': { limit: 9 }, 'monthly-cost': { limit: 1_000_000 } };
    expect(await uses()).toMatchObject(now);
  });

  it.each([{}, { deployments: -1, 'active-runs': null }, { deployments: 1.5, 'active-runs': null }])(
    'is not set to %j',
    async (body) => {
      expect(await api.ask('PUT', '/quotas', { body })).toMatchObject({
        status: 400,
        body: { code: 'invalid-request' },
      });
    },
  );
});
