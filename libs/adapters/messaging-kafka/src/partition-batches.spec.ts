import type { OutboxEntry } from '@caisson/event-sourcing';
import { describe, expect, it } from 'vitest';
import {
  EVENT_BYTES_MAX,
  messageKey,
  partitionOf,
  routeEntries,
  SEND_BYTES_MAX,
  topicOfType,
} from './partition-batches.js';

const TOPIC = 'caisson.deployment.events.v1';

function entry(stream: string, sequence: number, more: { dataJson?: string; type?: string } = {}): OutboxEntry {
  return {
    outboxId: String(sequence),
    globalSeq: sequence,
    dataJson: more.dataJson ?? '{}',
    envelope: {
      id: `${stream}/${sequence}`,
      type: more.type ?? 'caisson.deployment.run-requested.v1',
      source: '/caisson/api',
      subject: stream,
      time: '2026-03-02T10:15:00.000Z',
      tenantId: 't',
      correlationId: 'c',
      causationId: 'c',
      actor: 'mia',
      sequence,
    },
  };
}

const idsOf = (headers: Record<string, string>): string => headers['ce_id'] ?? '';

describe('routing', () => {
  it('leaves out what Kafka would refuse for ever, and holds up nothing behind it', () => {
    const large = entry('s', 1, { dataJson: `"${'x'.repeat(EVENT_BYTES_MAX)}"` });
    const { batches, unroutable } = routeEntries([large, entry('s', 2)]);
    expect(unroutable).toEqual([large]);
    expect(batches.flatMap(({ requests }) => requests.flat())).toHaveLength(1);
  });

  it('keeps a stream in one partition and in order', () => {
    const entries = Array.from({ length: 60 }, (_, index) => entry(`s${index % 5}`, Math.floor(index / 5) + 1));
    const { batches } = routeEntries(entries);
    for (const stream of ['s0', 's1', 's2', 's3', 's4']) {
      const homes = batches.filter((batch) => batch.requests.flat().some((message) => message.key === `t|${stream}`));
      expect(homes).toHaveLength(1);
      const ids = homes[0]?.requests.flat().filter((message) => message.key === `t|${stream}`);
      expect(ids?.map((message) => idsOf(message.headers))).toEqual(
        Array.from({ length: 12 }, (_, index) => `${stream}/${index + 1}`),
      );
    }
  });

  it('cuts what is too much for one request, in order, and sends a large event alone', () => {
    const dataJson = JSON.stringify('x'.repeat(300_000));
    const large = JSON.stringify('x'.repeat(2_000_000));
    const entries = [
      ...[1, 2, 3, 4].map((sequence) => entry('s', sequence, { dataJson })),
      entry('s', 5, { dataJson: large }),
    ];
    const [batch, ...others] = routeEntries(entries).batches;
    expect(others).toEqual([]);
    expect(batch?.requests.map((request) => request.length)).toEqual([2, 2, 1]);
    for (const request of batch?.requests.slice(0, 2) ?? []) {
      expect(request.reduce((sum, message) => sum + message.value.length, 0)).toBeLessThan(SEND_BYTES_MAX);
    }
    expect(batch?.requests.flat().map((message) => idsOf(message.headers))).toEqual([
      's/1',
      's/2',
      's/3',
      's/4',
      's/5',
    ]);
  });

  it('sets aside what has no topic', () => {
    const stray = entry('s', 1, { type: 'caisson.weather.rain-fell.v1' });
    const routed = routeEntries([stray, entry('s', 2)]);
    expect(routed.unroutable).toEqual([stray]);
    expect(routed.batches.flatMap((batch) => batch.requests.flat())).toHaveLength(1);
  });
});

describe('a partition', () => {
  it('follows from the hash of the key without its sign', () => {
    expect(partitionOf('21', 6)).toBe((-973932308 & 0x7fffffff) % 6);
  });

  it('follows from tenant and stream', () => {
    expect(messageKey('tenant', 'deployment-1')).toBe('tenant|deployment-1');
  });
});

it('knows the topic of a type', () => {
  expect(topicOfType('caisson.deployment.run-requested.v1')).toBe(TOPIC);
  expect(topicOfType('caisson.weather.rain-fell.v1')).toBeUndefined();
  expect(topicOfType('com.example.other')).toBeUndefined();
});
