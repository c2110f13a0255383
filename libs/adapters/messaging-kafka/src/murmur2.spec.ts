import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kafkajs } from './kafka-client.js';
import { murmur2 } from './murmur2.js';

describe('murmur2', () => {
  // From Kafka's own tests, `UtilsTest.testMurmur2`.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('of %s is what Kafka says', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });

  it('gives each key the partition that kafkajs gives it', () => {
    const partitioner = kafkajs.Partitioners.DefaultPartitioner();
    const layout = (partitions: number) =>
      Array.from({ length: partitions }, (_, partitionId) => ({
        ...{ partitionId, leader: 0, partitionErrorCode: 0, replicas: [], isr: [] },
      }));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.integer({ min: 1, max: 50 }), (bytes, partitions) => {
        const key = Buffer.from(bytes);
        const theirs = partitioner({
          topic: 't',
          partitionMetadata: layout(partitions),
          message: { key, value: null },
        });
        expect((murmur2(key) & 0x7fffffff) % partitions).toBe(theirs);
      }),
    );
  });
});
