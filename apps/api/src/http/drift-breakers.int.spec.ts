import { BreakerRules } from '@caisson/contracts';
import { ManageBreakers } from '@caisson/drift';
import { systemClock, systemIds } from '@caisson/service';
import { tenantIdOf } from '@caisson/tenancy';
import { newAppend, newContext } from '@caisson/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { useApi } from '../api.harness.js';

const api = useApi();
const tenantId = tenantIdOf('default');
let provider: string;

/** What the drift detector tells after a scan of each of some deployments. */
beforeEach(async () => {
  provider = `cloud-${systemIds.next()}`;
  const runtime = { store: api.store.events, clock: systemClock, service: 'drift-detector' };
  const breakers = new ManageBreakers(runtime, api.store.documents);
  const rules = BreakerRules.parse({});
  for (const deploymentId of ['a', 'b', 'c']) {
    const at = systemClock.now();
    const look = { scanId: systemIds.next(), deploymentId, verdict: 'unreadable', at } as const;
    const context = { ...newContext({ service: 'drift-detector' }), tenantId };
    await breakers.recordLook({ provider, look, rules, context });
  }
});

describe('the breaker of a provider', () => {
  it('is listed, read, and closed once by a person with a reason', async () => {
    const path = `/drift-breakers/${provider}`;
    expect(await api.ask('GET', path)).toMatchObject({ status: 200, body: { provider, status: 'open' } });
    const { body } = await api.ask('GET', '/drift-breakers');
    const { items } = body as unknown as { items: readonly { provider: string }[] };
    expect(items.map((item) => item.provider)).toContain(provider);
    expect((await api.ask('POST', `${path}/close`, { body: {} })).status).toBe(400);
    const close = { body: { reason: 'The status page is green.' } };
    expect(await api.ask('POST', `${path}/close`, close)).toMatchObject({
      status: 200,
      body: { status: 'closed', reason: 'The status page is green.', closedBy: expect.any(String) as string },
    });
    expect(await api.ask('POST', `${path}/close`, close)).toMatchObject({
      status: 409,
      body: { code: 'drift-breaker-not-open' },
    });
  });

  it.each([
    ['what was found with it', () => ({ providers: [provider] })],
    ['a deployment that uses it, too', () => ({ providers: ['fine'], providersLooked: ['fine', provider] })],
  ])('that is open keeps people, too, from putting right %s', async (_what, providersOf) => {
    const { id: deploymentId } = await api.created();
    const id = systemIds.next();
    const stream = { tenantId, streamId: `scan-${id}` };
    const report = { id, deploymentId, status: 'completed', items: [{}], unreadable: [], ...providersOf() };
    const events = [{ type: 'ScanCompleted', schemaVersion: 1, data: report }];
    const documents = [{ collection: 'drift-report', id, body: report }];
    await api.store.events.append({ ...newAppend({ stream, events }), documents });
    const wish = { body: { mode: 'revert' } };
    expect(await api.ask('POST', `/drift/reports/${id}/remediate`, wish)).toMatchObject({
      status: 409,
      body: { code: 'drift-breaker-open', provider },
    });
    await api.ask('POST', `/drift-breakers/${provider}/close`, { body: { reason: 'Looked at it.' } });
    expect((await api.ask('POST', `/drift/reports/${id}/remediate`, wish)).body.code).not.toBe('drift-breaker-open');
  });

  it('is not there before anything went wrong', async () => {
    expect(await api.ask('GET', '/drift-breakers/fine')).toMatchObject({
      status: 404,
      body: { code: 'drift-breaker-not-found' },
    });
  });
});
