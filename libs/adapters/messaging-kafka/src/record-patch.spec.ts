import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRecord, type RecordToEncode } from './record-patch.js';

// kafkajs's own encoder, loaded here before anything replaces it.
const theirs = createRequire(import.meta.url)('kafkajs/src/protocol/recordBatch/record/v0') as (
  record: RecordToEncode,
) => { readonly buffer: Buffer };

const text = fc.string({ unit: 'grapheme', maxLength: 300 });
const bytes = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 3000 }).map((array) => Buffer.from(array)),
);

describe('the record encoder', () => {
  it('gives the bytes that kafkajs itself would send', () => {
    const record = fc.record({
      key: fc.oneof(bytes, fc.constant(null)),
      value: fc.oneof(bytes, fc.constant(null)),
      offsetDelta: fc.nat(1_000_000),
      timestampDelta: fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
      headers: fc.dictionary(text, fc.oneof(bytes, fc.array(bytes, { maxLength: 3 })), { maxKeys: 15 }),
    });
    fc.assert(
      fc.property(record, (given) => {
        expect(encodeRecord(given).equals(theirs(given).buffer)).toBe(true);
      }),
    );
  });

  it('needs neither key nor headers', () => {
    const record = { value: Buffer.from('{}') };
    expect(encodeRecord(record).equals(theirs(record).buffer)).toBe(true);
  });
});
