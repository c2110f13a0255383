import type { StreamRef } from '@caisson/event-sourcing';
import { expect, it } from 'vitest';
import { GATHER_MS, StreamLooks } from './stream-looks.js';

/** Streams are as long as their name says; time passes when the test says so. */
function looksOn(versions: (streams: readonly StreamRef[]) => Promise<readonly number[]>) {
  const sleepers: { readonly ms: number; readonly wake: () => void }[] = [];
  const sleep = (ms: number) => new Promise<void>((wake) => sleepers.push({ ms, wake }));
  return { looks: new StreamLooks({ versions }, { sleep }), sleepers };
}

const stream = (streamId: string): StreamRef => ({ tenantId: 'tenant', streamId });

it('asks once for all who ask within a second', async () => {
  const questions: number[] = [];
  const { looks, sleepers } = looksOn((streams) => {
    questions.push(streams.length);
    return Promise.resolve(streams.map(({ streamId }) => Number(streamId)));
  });
  const asked = Array.from({ length: 500 }, (_, index) => looks.versionOf(stream(String(index))));
  expect(sleepers.map(({ ms }) => ms)).toEqual([GATHER_MS]);
  sleepers[0]?.wake();
  expect(await Promise.all(asked)).toEqual(asked.map((_, index) => index));
  const late = looks.versionOf(stream('7'));
  sleepers[1]?.wake();
  expect(await late).toBe(7);
  expect(questions).toEqual([500, 1]);
});

it('tells everybody who asked that the store did not answer, and asks again', async () => {
  let failures = 1;
  const { looks, sleepers } = looksOn((streams) =>
    failures-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve(streams.map(() => 1)),
  );
  const asked = ['a', 'b'].map((name) => looks.versionOf(stream(name)));
  const outcomes = Promise.allSettled(asked);
  sleepers[0]?.wake();
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const again = looks.versionOf(stream('a'));
  sleepers[1]?.wake();
  expect(await again).toBe(1);
});
