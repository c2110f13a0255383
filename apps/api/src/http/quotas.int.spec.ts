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
type Uses = Readonly<Record<'deployments' | 'active-runs', Use>>;

const uses = async (token?: string) =>
  (await api.ask('GET', '/quotas', token === undefined ? {} : { token })).body as unknown as Uses;
const limit = (deployments: number | null, activeRuns: number | null) =>
  api.ask('PUT', '/quotas', { body: { deployments, 'active-runs': activeRuns } });

/** Asks many things at once, of several copies of the API. */
async function atOnce(
  apps: readonly NestFastifyApplication[],
  count: number,
  { body, url }: { url: (index: number) => string; body: object },
) {
  const asked = Array.from({ length: count }, async (_, index) => {
    const headers = { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' };
    const payload = JSON.stringify(body);
    const answer = await apps[index % apps.length]!.inject({ method: 'POST', url: url(index), headers, payload });
    return { status: answer.statusCode, body: answer.json<AnswerBody & { quota: string; limit: number }>() };
  });
  return Promise.all(asked);
}

function countOf(answers: readonly { readonly status: number }[]) {
  const having = (wanted: number) => answers.filter(({ status }) => status === wanted).length;
  return { accepted: having(202), refused: having(409) };
}

beforeEach(async () => {
  await limit(null, null);
});

describe('a quota', () => {
  it('of deployments is exact when 200 come at once, through two copies', async () => {
    const apps = [api.app, await api.another()];
    const before = (await uses()).deployments.used;
    await limit(before + 50, null);
    const answers = await atOnce(apps, 200, { url: () => '/api/v1/deployments', body: desired('many') });
    expect(countOf(answers)).toEqual({ accepted: 50, refused: 150 });
    const refusal = answers.find(({ status }) => status === 409)?.body;
    expect(refusal).toMatchObject({ code: 'quota-exhausted', quota: 'deployments', limit: before + 50 });
    expect(refusal?.detail).toContain('Delete one');
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
    expect(await uses(eve)).toEqual({ deployments: { used: 0 }, 'active-runs': { used: 0 } });
    expect((await api.ask('POST', '/deployments', { body: desired(), token: eve })).status).toBe(202);
    expect(await uses(eve)).toEqual({ deployments: { used: 1 }, 'active-runs': { used: 1 } });
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
