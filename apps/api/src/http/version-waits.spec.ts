import type { Clock } from '@caisson/kernel';
import { eventually } from '@caisson/testing';
import { beforeEach, expect, it } from 'vitest';
import { VersionWaits } from './version-waits.js';

/** Whoever sleeps sleeps until it is given up. */
let sleeping = 0;
const clock: Clock = {
  now: () => '2026-01-01T00:00:00.000Z',
  monotonicMs: () => 0,
  sleep: async (_ms, signal) => {
    sleeping += 1;
    await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
    sleeping -= 1;
  },
};
const REFUSED = { status: 409, code: 'version-not-reached' };

let waits: VersionWaits;
beforeEach(() => {
  sleeping = 0;
  waits = new VersionWaits({ clock, waitMs: 5_000, store: { versions: async () => [1] } });
});

const reach = (tenantId: string, gone = new AbortController().signal): Promise<void> =>
  waits.reach({ tenantId, streamId: 's' }, 2, gone);

/** Begins so many waits, and gives what they come to. */
function begin(count: number, tenantId: string, gone?: AbortSignal): Promise<unknown[]> {
  return Promise.all(Array.from({ length: count }, () => reach(tenantId, gone).catch((error: unknown) => error)));
}

it('a tenant cannot take every place, and has its own again when who waits is gone', async () => {
  const gone = new AbortController();
  const left = begin(20, 'a', gone.signal);
  await expect(reach('a')).rejects.toMatchObject(REFUSED);
  void begin(1, 'b');
  await eventually('another tenant waits', () => sleeping === 21);
  gone.abort();
  expect(await left).toMatchObject(Array.from({ length: 20 }, () => REFUSED));
  void begin(20, 'a');
  await eventually('it waits again', () => sleeping === 21);
});

it('a process has so many places and no more', async () => {
  for (let tenant = 0; tenant < 10; tenant += 1) void begin(20, `tenant-${tenant}`);
  await expect(reach('one-more')).rejects.toMatchObject(REFUSED);
  await eventually('all others wait', () => sleeping === 200);
});

it('who is gone before waits for nothing', async () => {
  await expect(reach('a', AbortSignal.abort())).rejects.toMatchObject(REFUSED);
});
