import { readdirSync, readFileSync } from 'node:fs';
import { canonicalJson } from '@caisson/kernel';
import { SeededRandom } from '@caisson/testing';
import { describe, expect, it } from 'vitest';
import { replay, type RecordedHistory } from './replay.js';

const REBUILDS = 20;
const FOLDER = new URL('../recorded/', import.meta.url);

describe.each(readdirSync(FOLDER))('what was recorded in %s', (file) => {
  const { documents, streams } = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as RecordedHistory;

  it.each(streams.map((stream) => [stream.streamId, stream] as const))('is read as it was written: %s', (_, stream) => {
    for (let seed = 1; seed <= REBUILDS; seed += 1) {
      for (const [name, text] of replay(stream, new SeededRandom(seed))) {
        expect(text, `${name}, seed ${seed}`).toBe(canonicalJson(documents[name] ?? null));
      }
    }
  });

  it('holds every kind of stream, in versions without holes', () => {
    const kinds = new Set(streams.map(({ streamId }) => streamId.split('-')[0]));
    expect([...kinds].toSorted()).toEqual(['deployment', 'execution', 'plan']);
    for (const { events } of streams)
      expect(events.map(({ version }) => version)).toEqual(events.map((_, at) => at + 1));
  });

  it('shows another past when one fact is missing', () => {
    const [stream] = streams.filter(({ streamId }) => streamId.startsWith('deployment-'));
    const events = stream?.events.slice(0, -1) ?? [];
    const rebuilt = [...replay({ ...stream!, events }, new SeededRandom(1))];
    expect(rebuilt.every(([name, text]) => text === canonicalJson(documents[name] ?? null))).toBe(false);
  });
});
