import { describe, expect, it } from 'vitest';
import { documentsOf } from './delivery-document.js';

const origin = { hookId: 'h', deliveryId: 'd', event: 'push' };
const push = { repository: 'acme/shop', branch: 'main', commit: 'c'.repeat(40), sender: 'mia' };
const accepted = { type: 'DeliveryAccepted', ...origin, ...push } as const;

const shown = (streamId: string, occurredAt: string) =>
  documentsOf([accepted], { tenantId: 't', streamId, version: 1, occurredAt, correlationId: 'story' })[0]!;

describe('what is shown of a delivery', () => {
  it('has an id that rises with time and is the same each time', () => {
    const times = ['2026-03-01T10:00:00.000Z', '2026-03-01T10:00:00.001Z', '2027-01-01T00:00:00.000Z'];
    const ids = times.map((time, index) => shown(`delivery-${9 - index}`, time).id);
    expect(ids.toSorted()).toEqual(ids);
    expect(shown('delivery-9', times[0]!).id).toBe(ids[0]);
    expect(shown('delivery-8', times[0]!).id).not.toBe(ids[0]);
  });

  it('is nothing where somebody called back about a task', () => {
    const call = {
      runId: 'r',
      unitId: 'u',
      phase: 'apply',
      cycle: 1,
      attempt: 1,
      payload: null,
      receivedAt: '',
    } as const;
    const context = {
      tenantId: 't',
      streamId: 's',
      version: 1,
      occurredAt: '2026-03-01T10:00:00Z',
      correlationId: 'c',
    };
    expect(documentsOf([{ type: 'CallbackReceived', ...call }], context)).toEqual([]);
  });
});
