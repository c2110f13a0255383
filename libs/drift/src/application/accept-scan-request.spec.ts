import type { PublicEvent } from '@caisson/contracts';
import { expect, it } from 'vitest';
import { acceptScanRequest } from './accept-scan-request.js';

const request: PublicEvent = {
  id: 'event-1',
  type: 'caisson.deployment.drift-scan-requested.v1',
  source: '/caisson/api',
  subject: 'deployment-d',
  time: '2026-03-02T10:15:00.000Z',
  tenantId: 't',
  correlationId: 'story',
  causationId: 'request',
  actor: 'mia',
  sequence: 7,
  data: { deploymentId: 'd', scanId: 's', autoRemediate: false, applied: [] },
};

it('turns a request into one job by the id of the scan, which carries the event', () => {
  expect(acceptScanRequest(request)).toEqual({ queue: 'drift', key: 's', payload: request });
});

it('leaves other facts alone, those of newer builds included', () => {
  const deleted = { ...request, type: 'caisson.deployment.deployment-deleted.v1', data: { deploymentId: 'd' } };
  expect(acceptScanRequest(deleted)).toBeUndefined();
  expect(acceptScanRequest({ ...request, type: 'caisson.deployment.something-new.v1' })).toBeUndefined();
});

it('cannot handle a request that does not fit its schema', () => {
  expect(() => acceptScanRequest({ ...request, data: { deploymentId: 'd' } })).toThrow();
});
