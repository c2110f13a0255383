import { describe, expect, it } from 'vitest';
import { useApi } from '../api.harness.js';

const api = useApi();

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
