import { expect, it } from 'vitest';
import { collect } from './pages.js';
import { readBlocks } from './server-sent-events.js';

const STREAM =
  ': beat\nid: 7\n\nid: 8\ndata: {"a":1}\n\ndata: one\ndata:two\nretry: 50\n\n: stopping\nretry: x\n\nid: 9\ndata: cut';
const BLOCKS = [{ id: '7' }, { id: '8', data: '{"a":1}' }, { data: 'one\ntwo', retryMs: 50 }, {}];

it.each([1, 2, 3, 5, 1_000])(
  'reads blocks from pieces of %i characters; one that was cut does not count',
  async (size) => {
    for (const text of [STREAM, STREAM.replaceAll('\n', '\r\n')]) {
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      expect(
        await collect(
          readBlocks(
            (async function* () {
              yield* pieces;
            })(),
          ),
        ),
      ).toEqual(BLOCKS);
    }
  },
);
