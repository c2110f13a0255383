import { RUN_TRANSITIONS } from '@caisson/contracts';
import { digestOf } from '@caisson/kernel';
import { describe, expect, it } from 'vitest';
import { CREDENTIALS, desired, QUERY, useApi } from '../api.harness.js';

const api = useApi();

describe('commands to a run', () => {
  it('approve exactly the digest that was planned', async () => {
    const { id, plan, runId } = await api.planned();
    expect((await api.ask('GET', `/runs/${runId}`)).body).toMatchObject({
      state: 'awaiting_approval',
      planDigest: plan.digest,
    });
    const ofRun = await api.ask('GET', `/runs/${runId}/plan`);
    const shown = await api.ask('GET', `/plans/${plan.digest}`);
    expect(shown.text).not.toContain('sesame');
    expect(shown.body).toEqual(JSON.parse(JSON.stringify(plan).replace(CREDENTIALS, '').replace(QUERY, '?…')));
    const told = await api.ask('GET', `/runs/${runId}/events`);
    expect(told.text).toContain('http://web/');
    expect(told.text).not.toContain('sesame');
    expect(ofRun.body).toEqual(shown.body);
    const before = await api.countEvents();
    const wrong = await api.ask('POST', `/runs/${runId}/approve`, { body: { planDigest: digestOf('other') } });
    expect(wrong).toMatchObject({
      status: 409,
      body: { code: 'plan-digest-mismatch', errors: [{ pointer: '/planDigest' }] },
    });
    expect(await api.countEvents()).toBe(before);
    const right = await api.ask('POST', `/deployments/${id}/approve`, { body: { planDigest: plan.digest } });
    expect(right).toMatchObject({ status: 202, body: { run: { id: runId, state: 'executing' } } });
    const { principalId } = (await api.ask('GET', '/auth/me')).body as unknown as { principalId: string };
    const approval = { runId, planDigest: plan.digest, state: 'approved', decidedBy: principalId };
    expect((await api.ask('GET', `/runs/${runId}/approvals`)).body.items).toMatchObject([approval]);
  });

  it('approve nothing that another version of an engine would apply, and name it', async () => {
    const { plan, runId } = await api.planned();
    await api.installed.announce('executor', new Map([['sandbox', '2.0.0']]));
    const body = { planDigest: plan.digest };
    const refused = await api.ask('POST', `/runs/${runId}/approve`, { body });
    const changed = [{ input: 'engine:sandbox', planned: '1.0.0', now: '2.0.0' }];
    expect(refused).toMatchObject({ status: 409, body: { code: 'plan-inputs-changed', changed } });
    expect(refused.body.detail).toContain('engine:sandbox');
    await api.installed.announce('executor', new Map([['sandbox', '1.0.0']]));
    expect(await api.ask('POST', `/runs/${runId}/approve`, { body })).toMatchObject({ status: 202 });
  });

  it('in the wrong state are refused with the legal ones', async () => {
    const { id, plan, runId } = await api.planned();
    const allowed = (state: string) => [
      ...new Set(
        RUN_TRANSITIONS.filter(({ command, from }) => from === state && command).map(({ command }) => command),
      ),
    ];
    for (const [method, path, body] of [
      ['POST', `/deployments/${id}/execute`, {}],
      ['POST', `/runs/${runId}/retry`, undefined],
    ] as const) {
      const answer = await api.ask(method, path, { body });
      expect(answer).toMatchObject({
        status: 409,
        body: { code: 'run-state-conflict', state: 'awaiting_approval', allowed: allowed('awaiting_approval') },
      });
      expect(answer.body.detail).toContain('approve');
    }
    await api.ask('POST', `/runs/${runId}/reject`, { body: { reason: 'too dear' } });
    expect(await api.ask('POST', `/runs/${runId}/approve`, { body: { planDigest: plan.digest } })).toMatchObject({
      status: 409,
      body: { code: 'run-state-conflict', state: 'cancelled', allowed: [] },
    });
    expect((await api.ask('GET', `/runs/${runId}/approvals`)).body.items).toMatchObject([
      { state: 'rejected', reason: 'too dear' },
    ]);
    const effects = { done: [], notDone: [], unknown: [] };
    expect(await api.ask('GET', `/runs/${runId}`)).toMatchObject({ body: { effects } });
  });

  it('follow from a push to a branch that a deployment is bound to, once', async () => {
    const triggers = [{ kind: 'push' as const, repository: 'acme/shop', branch: 'main' }];
    const { body } = await api.ask('POST', '/deployments', { body: { ...desired('bound'), triggers } });
    const { id } = body.deployment;
    await api.ask('POST', `/deployments/${id}/cancel`);
    const push = { hookId: 'shop', deliveryId: 'd-1', event: 'push', repository: 'acme/shop', sender: 'mia' };
    const delivery = (branch: string) => ({ data: { ...push, branch, commit: 'a'.repeat(40) }, stream: 'delivery-1' });
    await api.tell('webhooks', 'delivery-accepted', delivery('other'));
    expect((await api.ask('GET', `/deployments/${id}/runs`)).body.items).toHaveLength(1);
    await api.tell('webhooks', 'delivery-accepted', delivery('main'));
    const { items } = (await api.ask('GET', `/deployments/${id}/runs`)).body;
    expect(items).toHaveLength(2);
    expect(items[0]).toMatchObject({ kind: 'update', requestedBy: 'service:api' });
  });

  it('are listed over all deployments, by state and kind, page by page', async () => {
    const { runId } = await api.created();
    const { id, runId: cancelled } = await api.created();
    await api.ask('POST', `/deployments/${id}/cancel`);
    const idsOf = async (query: string) => {
      const { body, status } = await api.ask('GET', `/runs?limit=100&${query}`);
      expect(status).toBe(200);
      return body.items.map((item) => item.id);
    };
    expect((await idsOf('')).slice(0, 2)).toEqual([cancelled, runId]);
    expect(await idsOf('state=cancelled')).toContain(cancelled);
    expect(await idsOf('state=cancelled')).not.toContain(runId);
    expect(await idsOf('kind=destroy')).not.toContain(cancelled);
    expect(await idsOf(`deploymentId=${id}`)).toEqual([cancelled]);
    const first = await api.ask('GET', '/runs?limit=1');
    const next = await api.ask('GET', `/runs?limit=1&cursor=${first.body.nextCursor ?? ''}`);
    expect([first, next].map(({ body }) => body.items[0]?.id)).toEqual([cancelled, runId]);
    const foreign = { token: await api.logIn('eve', 'acme') };
    expect((await api.ask('GET', '/runs', foreign)).body.items).toEqual([]);
    const misused = await api.ask('GET', `/runs?limit=1&state=planning&cursor=${first.body.nextCursor ?? ''}`);
    expect(misused).toMatchObject({ status: 400, body: { code: 'invalid-parameter' } });
    expect(await api.ask('GET', '/runs?state=asleep')).toMatchObject({ status: 400 });
  });

  it('go back only to what was completed', async () => {
    const { id } = await api.created();
    await api.ask('POST', `/deployments/${id}/cancel`);
    const answer = await api.ask('POST', `/deployments/${id}/rollback`, { body: { toRevision: 7 } });
    expect(answer.status).toBeGreaterThanOrEqual(409);
    expect(answer.body.code).toMatch(/revision-not-found|run-state-conflict/);
  });
});
