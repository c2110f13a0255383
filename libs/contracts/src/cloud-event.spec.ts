import { describe, expect, it } from 'vitest';
import { CloudEvent, cloudEventText, publicEventOf } from './cloud-event.js';

const envelope = {
  id: '0198',
  type: 'caisson.deployment.run-completed.v1',
  source: '/caisson/api',
  subject: 'deployment-1',
  time: '2026-03-02T10:15:00.000Z',
  tenantId: 't',
  correlationId: 'c',
  causationId: 'x',
  actor: 'service:executor',
  sequence: 7,
};

describe('a public event as a CloudEvent', () => {
  it('is one JSON object that fits the schema and comes back as it was', () => {
    const event = CloudEvent.parse(JSON.parse(cloudEventText(envelope, '{"runId": "r", "n": 1.50}')));
    expect(publicEventOf(event)).toEqual({ ...envelope, data: { runId: 'r', n: 1.5 } });
    expect(event.dataschema).toBe('urn:caisson:schema:caisson.deployment.run-completed.v1');
  });
});
