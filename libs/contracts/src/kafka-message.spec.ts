import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeHeaders, type KafkaHeaders } from './kafka-message.js';
import type { PublicEvent } from './public-event.js';

const EVENT: PublicEvent = {
  id: '0190a8e0-0000-7000-8000-000000000001',
  type: 'caisson.deployment.run-requested.v1',
  source: '/caisson/api',
  subject: 'deployment-0190a8e0',
  time: '2026-03-02T10:15:00.000Z',
  tenantId: 'tenant-1',
  correlationId: 'story-1',
  causationId: 'request-1',
  actor: 'mia',
  sequence: 7,
  data: { reason: 'größer' },
};

const valueOf = (event: PublicEvent): Buffer => Buffer.from(JSON.stringify(event.data));

function asBytes(headers: Record<string, string>): KafkaHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]));
}

describe('the headers of an event', () => {
  it('are those of CloudEvents 1.0 in binary mode', () => {
    expect(encodeHeaders(EVENT)).toEqual({
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: EVENT.id,
      ce_type: EVENT.type,
      ce_source: '/caisson/api',
      ce_subject: EVENT.subject,
      ce_time: EVENT.time,
      ce_dataschema: 'urn:caisson:schema:caisson.deployment.run-requested.v1',
      ce_tenantid: 'tenant-1',
      ce_correlationid: 'story-1',
      ce_causationid: 'request-1',
      ce_actor: 'mia',
      ce_sequence: '7',
    });
  });

  it('give the event back, whatever its texts hold', () => {
    const text = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' });
    const event = fc.record({
      id: text,
      type: text,
      source: text,
      subject: text,
      time: text,
      tenantId: text,
      correlationId: text,
      causationId: text,
      actor: text,
      sequence: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      data: fc.jsonValue({ maxDepth: 2 }),
    });
    fc.assert(
      fc.property(event, (sent) => {
        const travelled = asBytes(encodeHeaders(sent));
        const expected = { ...sent, data: JSON.parse(JSON.stringify(sent.data)) as unknown };
        expect(decodeMessage(travelled, valueOf(sent))).toEqual({ outcome: 'event', event: expected });
      }),
      { numRuns: 30 },
    );
  });
});

describe('a message that is not ours', () => {
  const headers = encodeHeaders(EVENT);
  const without = (name: string): KafkaHeaders =>
    Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
  const cases: readonly { reason: string; headers: KafkaHeaders | undefined; value: Buffer | null; says: string }[] = [
    { reason: 'no headers', headers: undefined, value: valueOf(EVENT), says: 'ce_specversion is missing' },
    {
      reason: 'newer CloudEvents',
      headers: { ...headers, ce_specversion: '2.0' },
      value: valueOf(EVENT),
      says: '"2.0"',
    },
    {
      reason: 'structured mode',
      headers: { ...headers, 'content-type': 'application/cloudevents+json' },
      value: valueOf(EVENT),
      says: 'content-type',
    },
    { reason: 'no id', headers: without('ce_id'), value: valueOf(EVENT), says: 'ce_id is missing' },
    {
      reason: 'no tenant',
      headers: { ...headers, ce_tenantid: '' },
      value: valueOf(EVENT),
      says: 'ce_tenantid is missing',
    },
    { reason: 'two ids', headers: { ...headers, ce_id: ['a', 'b'] }, value: valueOf(EVENT), says: 'ce_id is missing' },
    { reason: 'version 0', headers: { ...headers, ce_sequence: '0' }, value: valueOf(EVENT), says: 'not a version' },
    {
      reason: 'version 1e3',
      headers: { ...headers, ce_sequence: '1e3' },
      value: valueOf(EVENT),
      says: 'not a version',
    },
    {
      reason: 'huge version',
      headers: { ...headers, ce_sequence: '9999999999999999' },
      value: valueOf(EVENT),
      says: 'not a version',
    },
    { reason: 'a tombstone', headers, value: null, says: 'there is no data' },
    { reason: 'broken JSON', headers, value: Buffer.from('{'), says: 'not JSON' },
    { reason: 'empty', headers, value: Buffer.alloc(0), says: 'not JSON' },
  ];
  it.each(cases)('is named malformed: $reason', ({ headers: given, value, says }) => {
    const decoded = decodeMessage(given, value);
    expect(decoded.outcome === 'malformed' && decoded.reason).toContain(says);
  });

  it('never makes reading throw', () => {
    const header = fc.oneof(
      fc.string(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
    const some = fc.dictionary(fc.oneof(fc.constantFrom(...Object.keys(headers)), fc.string()), header);
    fc.assert(
      fc.property(some, fc.uint8Array(), (wild, bytes) => {
        expect(decodeMessage({ ...headers, ...wild }, Buffer.from(bytes)).outcome).toMatch(/^(event|malformed)$/);
      }),
    );
  });
});

it('reads what a newer producer adds, and a content type with a character set', () => {
  const headers = { ...encodeHeaders(EVENT), ce_newer: 'x', 'content-type': 'application/json; charset=utf-8' };
  expect(decodeMessage(headers, valueOf(EVENT))).toEqual({ outcome: 'event', event: EVENT });
});
