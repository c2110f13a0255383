import type { Clock } from '@caisson/kernel';
import { describe, expect, it } from 'vitest';
import { SharedClock } from './shared-clock.js';

const NOON_MS = Date.parse('2026-03-02T12:00:00.000Z');

/** A machine whose wall clock is an hour ahead, and a store that knows the time. */
class World {
  passedMs = 0;
  answersAfterMs = 0;
  isAway = false;

  readonly clock: Clock = {
    now: () => new Date(NOON_MS + 3_600_000 + this.passedMs).toISOString(),
    monotonicMs: () => 77 + this.passedMs,
    sleep: async (ms) => void (this.passedMs += ms),
  };

  readonly shared = new SharedClock({
    clock: this.clock,
    ask: async () => {
      if (this.isAway) throw new Error('away');
      const now = new Date(NOON_MS + this.passedMs).toISOString();
      this.passedMs += this.answersAfterMs;
      return now;
    },
  });
}

describe('a shared clock', () => {
  it('tells the time of the store, wherever the clock of its machine is', async () => {
    const { shared } = new World();
    await shared.read();
    expect(shared.now()).toBe('2026-03-02T12:00:00.000Z');
  });

  it('goes on by itself', async () => {
    const world = new World();
    await world.shared.read();
    world.passedMs += 90_000;
    expect(world.shared.now()).toBe('2026-03-02T12:01:30.000Z');
  });

  it('tells the time of its machine while it was told no other', () => {
    expect(new World().shared.now()).toBe('2026-03-02T13:00:00.000Z');
  });

  it('is not set back by an answer that was on its way for long', async () => {
    const world = new World();
    await world.shared.read();
    world.answersAfterMs = 60_000;
    await world.shared.read();
    expect(world.shared.now()).toBe('2026-03-02T12:01:00.000Z');
  });

  it('takes any answer rather than none', async () => {
    const world = new World();
    world.answersAfterMs = 60_000;
    await world.shared.read();
    expect(world.shared.now()).toBe('2026-03-02T12:00:00.000Z');
  });

  it('asks on when the store was away', async () => {
    const world = new World();
    const stop = new AbortController();
    let sleeps = 0;
    const sleep = world.clock.sleep;
    world.clock.sleep = async (ms) => {
      sleeps += 1;
      world.isAway = sleeps === 1;
      if (sleeps === 3) stop.abort();
      await sleep(ms);
    };
    await world.shared.keep(stop.signal);
    expect(sleeps).toBe(3);
    expect(world.shared.now()).toBe('2026-03-02T12:00:30.000Z');
  });
});
