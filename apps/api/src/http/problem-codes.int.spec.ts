import { systemIds } from '@caisson/service';
import { tenantIdOf } from '@caisson/tenancy';
import { newAppend } from '@caisson/testing';
import { describe, expect, it } from 'vitest';
import { SETTINGS, useApi } from '../api.harness.js';

/** Codes that no story of another test comes to. `test/tidy` holds that each code is met by some test. */

const api = useApi();

describe('a code that is seldom met', () => {
  it('secret-shown: the key was issued, and its answer is forgotten by now', async () => {
    const asked = { body: { name: 'once', scope: 'read' }, headers: { 'idempotency-key': 'shown-once' } };
    expect(await api.ask('POST', '/keys', asked)).toMatchObject({ status: 201 });
    expect(await api.ask('POST', '/keys', asked)).toMatchObject({ body: { code: 'idempotent-answer-not-kept' } });
    const client = await api.store.pool.connect();
    try {
      await client.query("select set_config('app.tenant', $1, false)", [tenantIdOf('default')]);
      await client.query('delete from idempotent_answer'); // As after a day.
    } finally {
      client.release(true);
    }
    expect(await api.ask('POST', '/keys', asked)).toMatchObject({ status: 409, body: { code: 'secret-shown' } });
  });

  it('nothing-to-remediate: the scan found the world as it was left', async () => {
    const { id: deploymentId } = await api.created('as-left');
    const id = systemIds.next();
    const stream = { tenantId: tenantIdOf('default'), streamId: `scan-${id}` };
    const body = { id, deploymentId, status: 'completed', items: [], unreadable: [] };
    await api.store.events.append(newAppend({ stream, documents: [{ collection: 'drift-report', id, body }] }));
    const answer = await api.ask('POST', `/drift/reports/${id}/remediate`, { body: { mode: 'revert' } });
    expect(answer).toMatchObject({ status: 409, body: { code: 'nothing-to-remediate' } });
  });

  it('drift-not-adoptable: the report says what is expected no longer', async () => {
    const { id: deploymentId } = await api.created('outdated');
    await api.ask('POST', `/deployments/${deploymentId}/cancel`);
    const id = systemIds.next();
    const stream = { tenantId: tenantIdOf('default'), streamId: `scan-${id}` };
    const item = { unitId: 'web', resource: 'web', address: 'server.web', type: 'property_changed', severity: 'low' };
    const items = [{ ...item, path: 'flavor', expected: 'm1.small', actual: 'm1.large' }];
    const body = { id, deploymentId, status: 'completed', items, unreadable: [] };
    await api.store.events.append(newAppend({ stream, documents: [{ collection: 'drift-report', id, body }] }));
    const answer = await api.ask('POST', `/drift/reports/${id}/remediate`, { body: { mode: 'adopt' } });
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'drift-not-adoptable', problems: ['outdated'], errors: [{ pointer: '/items/0' }] },
    });
  });

  it('table-version-not-found: a table never had so many', async () => {
    const answer = await api.ask('GET', '/price-book/versions/99');
    expect(answer).toMatchObject({ status: 404, body: { code: 'table-version-not-found' } });
  });

  it('plan-not-recomputable: what the plan was computed from is not kept', async () => {
    const { plan } = await api.planned();
    const answer = await api.ask('POST', `/plans/${plan.digest}/recompute`);
    expect(answer).toMatchObject({ status: 409, body: { code: 'plan-not-recomputable' } });
  });
});

describe('without a secret for callbacks', () => {
  const { callbackSecret: _none, ...settings } = SETTINGS;
  const silent = useApi({ settings });

  it('callbacks-off: no address can be given out', async () => {
    const { runId } = await silent.created('silent');
    const id = `${runId}/gate`;
    const waiting = { reason: 'a callback', since: 's', until: '2026-03-03T10:15:00.000Z', callback: true, cycle: 1 };
    const task = { taskId: id, runId, unitId: 'gate', phase: 'apply', state: 'running', attempt: 1, resources: [] };
    const stream = { tenantId: tenantIdOf('default'), streamId: `execution-${runId}` };
    const documents = [{ collection: 'task', id, body: { ...task, waiting } }];
    await silent.store.events.append(newAppend({ stream, documents }));
    const answer = await silent.ask('GET', `/tasks/${encodeURIComponent(id)}/callback`);
    expect(answer).toMatchObject({ status: 409, body: { code: 'callbacks-off' } });
  });

  it('webhooks-off: no secret can be given out, and nothing is recorded', async () => {
    const before = await silent.countEvents();
    const answer = await silent.ask('POST', '/webhooks', { body: { name: 'shop', kind: 'github' } });
    expect(answer).toMatchObject({ status: 409, body: { code: 'webhooks-off' } });
    expect(await silent.countEvents()).toBe(before);
  });
});
