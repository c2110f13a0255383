import { systemIds } from '@caisson/service';
import { tenantIdOf } from '@caisson/tenancy';
import { newAppend } from '@caisson/testing';
import { describe, expect, it } from 'vitest';
import { useApi } from '../api.harness.js';

const api = useApi();

describe('the history of drift', () => {
  it('tells by attribute who saw what when', async () => {
    const { id: deploymentId } = await api.created('watched');
    const item = { unitId: 'web', resource: 'web', address: 'server.web', type: 'property_changed', severity: 'low' };
    for (const [hour, flavors] of [
      [1, ['m1.large']],
      [2, []],
    ] as const) {
      const id = systemIds.next();
      const stream = { tenantId: tenantIdOf('default'), streamId: `scan-${id}` };
      const items = flavors.map((actual) => ({ ...item, path: 'flavor', expected: 'm1.small', actual }));
      const startedAt = `2026-03-02T0${hour}:00:00.000Z`;
      const body = { id, deploymentId, status: 'completed', startedAt, items, unreadable: [] };
      await api.store.events.append(newAppend({ stream, documents: [{ collection: 'drift-report', id, body }] }));
    }
    const path = `/deployments/${deploymentId}/drift-history`;
    const { body, status } = await api.ask('GET', `${path}?resource=web&path=flavor`);
    expect([status, body]).toMatchObject([
      200,
      { reports: 2, attributes: [{ path: 'flavor', sights: [{ seen: 'drifted' }, { seen: 'as_applied' }] }] },
    ]);
    expect((await api.ask('GET', `${path}?resource=db`)).body).toMatchObject({ attributes: [] });
    expect((await api.ask('GET', `${path}?since=ever`)).status).toBe(400);
  });
});

describe('scans', () => {
  it('ask for a scan whose report has a known address', async () => {
    const { id } = await api.created();
    await api.ask('POST', `/deployments/${id}/cancel`);
    const asked = { body: { deploymentId: id }, headers: { 'idempotency-key': 'scan-1' } };
    const [first, second] = [
      await api.ask('POST', '/drift/scans', asked),
      await api.ask('POST', '/drift/scans', asked),
    ];
    expect(first.status).toBe(202);
    expect(second.body).toEqual(first.body);
    expect(first.headers['location']).toBe(`/api/v1/drift/reports/${first.body.scan.id}`);
    expect(await api.ask('GET', `/drift/reports/${first.body.scan.id}`)).toMatchObject({
      status: 404,
      body: { code: 'drift-report-not-found' },
    });
  });
});
