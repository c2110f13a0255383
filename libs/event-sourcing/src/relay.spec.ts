import { Fault, type Clock } from '@caisson/kernel';
import { describe, expect, it, vi } from 'vitest';
import type { EventPublisher, Outbox, OutboxEntry } from './ports/outbox.js';
import { OUTBOX_CHANNEL, SEQUENCED_CHANNEL, type Wakeups } from './ports/wakeups.js';
import { Relay, type RelayObserver } from './relay.js';

function entry(globalSeq: number): OutboxEntry {
  return { outboxId: `id-${globalSeq}`, globalSeq, dataJson: '{}', envelope: {} as OutboxEntry['envelope'] };
}

/** An outbox in memory whose appended rows are numbered by `next`. */
class DoubleOutbox implements Outbox {
  readonly waiting: OutboxEntry[] = [];
  unnumbered = 0;
  numbered = 0;
  isFree = true;
  leads = false;
  asked = 0;
  failures: Error[] = [];
  onLost: () => void = () => undefined;

  async tryLead(onLost: () => void): Promise<boolean> {
    this.asked += 1;
    this.onLost = onLost;
    this.leads = this.isFree;
    return this.leads;
  }
  async resign(): Promise<void> {
    this.leads = false;
  }
  async next(limit: number): Promise<readonly OutboxEntry[]> {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    if (!this.leads) throw new Fault('not-leading', 'no', { retryable: true });
    for (; this.unnumbered > 0; this.unnumbered -= 1) this.waiting.push(entry((this.numbered += 1)));
    return this.waiting.slice(0, limit);
  }
  async remove(entries: readonly OutboxEntry[]): Promise<void> {
    for (const gone of entries) this.waiting.splice(this.waiting.indexOf(gone), 1);
  }
}

class DoubleWakeups implements Wakeups {
  readonly woken: string[] = [];
  readonly listeners = new Set<() => void>();
  wake(channel: string): void {
    this.woken.push(channel);
    if (channel === OUTBOX_CHANNEL) for (const onWake of this.listeners) onWake();
  }
  listen(_channel: string, onWake: () => void): () => void {
    this.listeners.add(onWake);
    return () => this.listeners.delete(onWake);
  }
}

const POLL_MS = 60_000;

/** Looks wait for the test; what is shorter (backoff) ends at once. */
class DoubleClock implements Clock {
  readonly sleeping = new Set<() => void>();
  now = (): string => '2026-03-02T10:15:00.000Z';
  monotonicMs = (): number => 0;
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true || ms < POLL_MS) {
        setImmediate(resolve);
        return;
      }
      const end = (): void => {
        this.sleeping.delete(end);
        resolve();
      };
      this.sleeping.add(end);
      signal?.addEventListener('abort', end, { once: true });
    });
  }
  tick(): void {
    for (const end of [...this.sleeping]) end();
  }
}

function scene(publisher?: EventPublisher, observer?: RelayObserver) {
  const outbox = new DoubleOutbox();
  const wakeups = new DoubleWakeups();
  const clock = new DoubleClock();
  const relay = new Relay({
    outbox,
    wakeups,
    clock,
    batchSize: 3,
    pollMs: POLL_MS,
    ...(publisher && { publisher }),
    ...(observer && { observer }),
  });
  const idle = (): Promise<void> => vi.waitFor(() => expect(clock.sleeping.size).toBe(1));
  return { outbox, wakeups, clock, relay, idle };
}

function recorder() {
  const sent: number[][] = [];
  const publisher: EventPublisher = {
    publish: async (entries) => void sent.push(entries.map(({ globalSeq }) => globalSeq)),
  };
  return { sent, publisher };
}

describe('Relay', () => {
  it('sends all that waits, batch by batch, then waits for a wake-up', async () => {
    const { sent, publisher } = recorder();
    const { outbox, wakeups, relay, idle } = scene(publisher);
    outbox.unnumbered = 7;
    relay.start();
    await idle();
    expect(sent).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
    expect(outbox.waiting).toEqual([]);
    outbox.unnumbered = 1;
    wakeups.wake(OUTBOX_CHANNEL);
    await vi.waitFor(() => expect(sent.at(-1)).toEqual([8]));
    expect(wakeups.woken).toContain(SEQUENCED_CHANNEL);
    await relay.stop();
    expect(outbox.leads).toBe(false);
    expect(wakeups.listeners.size).toBe(0);
  });

  it('looks by itself now and then, should a wake-up be lost', async () => {
    const { sent, publisher } = recorder();
    const { outbox, clock, relay, idle } = scene(publisher);
    relay.start();
    await idle();
    outbox.unnumbered = 1;
    clock.tick();
    await vi.waitFor(() => expect(sent).toEqual([[1]]));
    await relay.stop();
  });

  it('sends the same batch again until the transport has it, while numbering goes on', async () => {
    const sent: number[][] = [];
    const failures: number[] = [];
    let isDown = true;
    const publisher: EventPublisher = {
      publish: async (entries) => {
        sent.push(entries.map(({ globalSeq }) => globalSeq));
        if (isDown) throw new Fault('kafka-unavailable', 'no broker', { retryable: true });
      },
    };
    const { outbox, relay, idle } = scene(publisher, { failed: (_error, attempt) => void failures.push(attempt) });
    outbox.unnumbered = 2;
    relay.start();
    await vi.waitFor(() => expect(sent.length).toBeGreaterThan(1));
    outbox.unnumbered = 2;
    await vi.waitFor(() => expect(outbox.numbered).toBe(4));
    isDown = false;
    await idle();
    expect(sent.slice(0, -1)).toEqual(sent.slice(0, -1).map(() => [1, 2]));
    expect(sent.at(-1)).toEqual([3, 4]);
    expect(failures.slice(0, 2)).toEqual([1, 2]);
    await relay.stop();
  });

  it('numbers on while the transport takes its time', async () => {
    let release = (): void => undefined;
    const answered = new Promise<void>((resolve) => (release = resolve));
    const publish = vi.fn(() => answered);
    const { outbox, clock, relay, idle } = scene({ publish });
    outbox.unnumbered = 1;
    relay.start();
    await vi.waitFor(() => expect(publish).toHaveBeenCalledTimes(1));
    outbox.unnumbered = 1;
    await idle();
    clock.tick();
    await vi.waitFor(() => expect(outbox.numbered).toBe(2));
    expect(publish).toHaveBeenCalledTimes(1);
    release();
    await vi.waitFor(() => expect(outbox.waiting).toEqual([]));
    await relay.stop();
  });

  it('keeps what it could not send when it stops', async () => {
    const publish = vi.fn().mockRejectedValue(new Error('down'));
    const { outbox, relay } = scene({ publish });
    outbox.unnumbered = 1;
    relay.start();
    await vi.waitFor(() => expect(publish).toHaveBeenCalled());
    await relay.stop();
    expect(outbox.waiting.map(({ globalSeq }) => globalSeq)).toEqual([1]);
  });

  it('only numbers where consumers read the store', async () => {
    const { outbox, wakeups, relay, idle } = scene();
    outbox.unnumbered = 5;
    relay.start();
    await idle();
    expect(outbox).toMatchObject({ numbered: 5, waiting: [] });
    expect(wakeups.woken).toContain(SEQUENCED_CHANNEL);
    await relay.stop();
  });

  it('stands by while another leads, whatever wakes it, and takes over at the next look', async () => {
    const { sent, publisher } = recorder();
    const leads: boolean[] = [];
    const { outbox, wakeups, clock, relay, idle } = scene(publisher, { leads: (is) => void leads.push(is) });
    outbox.isFree = false;
    outbox.unnumbered = 1;
    relay.start();
    await idle();
    for (let wake = 0; wake < 10; wake += 1) wakeups.wake(OUTBOX_CHANNEL);
    expect(outbox.asked).toBe(1);
    outbox.isFree = true;
    clock.tick();
    await vi.waitFor(() => expect(sent).toEqual([[1]]));
    await relay.stop();
    expect(leads).toEqual([true, false]);
  });

  it('asks for the lead again when it lost it, and sends what it had not removed', async () => {
    const { sent, publisher } = recorder();
    const leads: boolean[] = [];
    const { outbox, wakeups, relay, idle } = scene(publisher, { leads: (is) => void leads.push(is) });
    relay.start();
    await idle();
    outbox.leads = false;
    outbox.onLost();
    outbox.unnumbered = 1;
    wakeups.wake(OUTBOX_CHANNEL);
    await vi.waitFor(() => expect(sent).toEqual([[1]]));
    expect(leads).toEqual([true, false, true]);
    await relay.stop();
  });

  it('stops sending a batch when it lost the lead meanwhile', async () => {
    const { outbox, relay, idle } = scene({
      publish: async () => {
        outbox.leads = outbox.isFree = false;
        outbox.onLost();
        throw new Error('cut off');
      },
    });
    outbox.unnumbered = 1;
    relay.start();
    await idle();
    expect(outbox.asked).toBe(2);
    await relay.stop();
  });

  it('outlives a store that is away', async () => {
    const { sent, publisher } = recorder();
    const failed = vi.fn();
    const { outbox, relay, idle } = scene(publisher, { failed });
    outbox.failures = [new Error('away'), new Error('still away')];
    outbox.unnumbered = 1;
    relay.start();
    await idle();
    expect(sent).toEqual([[1]]);
    expect(failed.mock.calls.map((call: unknown[]) => call[1])).toEqual([1, 2]);
    await relay.stop();
  });
});
