import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stopIdleWakeUps, type RequestQueue } from './idle-patch.js';
import './kafka-client.js';

function queue(pending: unknown[], throttledUntil = -1): RequestQueue & { checked: number } {
  const made = {
    pending,
    throttledUntil,
    throttleCheckTimeoutId: null as unknown,
    checked: 0,
    checkPendingRequests(): void {
      made.checked += 1;
    },
    scheduleCheckPendingRequests(): void {
      throw new Error('not patched');
    },
  };
  stopIdleWakeUps(made);
  return made;
}

describe('the queue of requests of a connection', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => void vi.useRealTimers());

  it('sets no timer while nothing waits', () => {
    const idle = queue([]);
    idle.scheduleCheckPendingRequests();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('looks again soon while something waits, with one timer however often it is asked', () => {
    const busy = queue(['request']);
    busy.scheduleCheckPendingRequests();
    busy.scheduleCheckPendingRequests();
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(10);
    expect(busy.checked).toBe(1);
    busy.scheduleCheckPendingRequests();
    expect(vi.getTimerCount()).toBe(1);
  });

  it('waits until the broker lets it go on', () => {
    const throttled = queue(['request'], 1_000_500);
    throttled.scheduleCheckPendingRequests();
    vi.advanceTimersByTime(499);
    expect(throttled.checked).toBe(0);
    vi.advanceTimersByTime(1);
    expect(throttled.checked).toBe(1);
  });
});

it('is the queue that kafkajs uses', () => {
  const require = createRequire(import.meta.url);
  const { prototype } = require('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  const source = prototype.scheduleCheckPendingRequests.toString();
  expect(source).toContain('this.pending.length === 0');
});
