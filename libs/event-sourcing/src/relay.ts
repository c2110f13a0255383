import type { Clock } from '@caisson/kernel';
import { Bell } from './bell.js';
import { backoffMs } from './backoff.js';
import type { EventPublisher, Outbox, OutboxEntry } from './ports/outbox.js';
import { OUTBOX_CHANNEL, SEQUENCED_CHANNEL, type Wakeups } from './ports/wakeups.js';

/** Entries of one round. */
const BATCH_SIZE_DEFAULT = 500;

/** Longest time from one round to the next while there is work. */
const ROUND_EVERY_MS_MAX = 50;

/** Milliseconds from one round to the next for each entry that a round carried. */
const MS_PER_ENTRY = 0.5;

/** How often the relay looks by itself, should a wake-up be lost, and how often a stand-by asks to lead. */
const POLL_MS_DEFAULT = 1_000;

/** Who leads is woken by what it is to send: it looks by itself less often than a stand-by asks to lead. */
const IDLE_POLLS = 2;

/** Is told what the relay does; for metrics and logs. Must not throw. */
export interface RelayObserver {
  /** Leadership came or went. */
  leads?(isLeading: boolean): void;
  /** A batch left the outbox; how long its sending took, retries included. */
  published?(entries: readonly OutboxEntry[], tookMs: number): void;
  /** A round failed and is tried again. `attempt` counts from 1 until one succeeds. */
  failed?(error: unknown, attempt: number): void;
}

/** What a relay works with. */
export interface RelayOptions {
  readonly outbox: Outbox;
  readonly wakeups: Wakeups;
  readonly clock: Clock;
  /** Absent: consumers read the store, so events are only numbered. */
  readonly publisher?: EventPublisher;
  readonly observer?: RelayObserver;
  readonly batchSize?: number;
  readonly pollMs?: number;
}

/**
 * Numbers what was committed and sends it on, in that order, while it leads. One batch at a time: the same batch again
 * until the transport has it, then it is removed, then the next. A crash between any two steps repeats a batch with the
 * same numbers, never loses one. While the transport is away, numbering goes on, since sweeps live by it.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #bell: Bell;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #leadership: AbortController | undefined;
  /** When the pauses of all rounds so far are over; what was not needed of them lately counts. */
  #restedMs = -Infinity;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#bell = new Bell(options.clock);
  }

  /** Begins; a second call changes nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends after the step in hand. What was not sent waits in the outbox for the next leader. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { outbox, wakeups, clock, observer, pollMs = POLL_MS_DEFAULT } = this.#options;
    const signal = this.#stop.signal;
    const stopListening = wakeups.listen(OUTBOX_CHANNEL, () => this.#bell.ring());
    let failures = 0;
    while (!signal.aborted) {
      try {
        const startedMs = clock.monotonicMs();
        const sent = (await this.#lead()) ? await this.#round() : undefined;
        failures = 0;
        if (sent === undefined) await clock.sleep(pollMs, signal);
        if (sent === undefined || sent === 'more waits') continue;
        await this.#pause(startedMs, sent);
        await this.#bell.wait(IDLE_POLLS * pollMs, signal);
      } catch (error) {
        failures += 1;
        observer?.failed?.(error, failures);
        await clock.sleep(backoffMs(failures), signal);
      }
    }
    stopListening();
    await outbox.resign();
    this.#lost();
  }

  /** Until the next round may begin, if it may not at once. */
  async #pause(startedMs: number, sent: number): Promise<void> {
    const { clock } = this.#options;
    this.#restedMs = Math.max(this.#restedMs, startedMs - ROUND_EVERY_MS_MAX) + pauseMs(sent);
    const waitMs = this.#restedMs - clock.monotonicMs();
    if (waitMs > 0) await clock.sleep(waitMs, this.#stop.signal);
  }

  async #lead(): Promise<boolean> {
    if (this.#leadership !== undefined) return true;
    const leadership = new AbortController();
    if (!(await this.#options.outbox.tryLead(() => this.#lost()))) return false;
    this.#leadership = leadership;
    this.#options.observer?.leads?.(true);
    return true;
  }

  #lost(): void {
    if (this.#leadership === undefined) return;
    this.#leadership.abort();
    this.#leadership = undefined;
    this.#options.observer?.leads?.(false);
  }

  /** How many entries left the outbox, unless it holds more. */
  async #round(): Promise<number | 'more waits'> {
    const { outbox, wakeups, clock, observer, publisher, batchSize = BATCH_SIZE_DEFAULT } = this.#options;
    const leadership = this.#leadership;
    const entries = await outbox.next(batchSize);
    if (entries.length === 0 || leadership === undefined) return 0;
    wakeups.wake(SEQUENCED_CHANNEL);
    const startedMs = clock.monotonicMs();
    if (publisher !== undefined) {
      const isSent = await this.#send(publisher, entries, leadership.signal);
      if (!isSent) return 'more waits';
    }
    await outbox.remove(entries);
    observer?.published?.(entries, clock.monotonicMs() - startedMs);
    return entries.length < batchSize ? entries.length : 'more waits';
  }

  /** Sends the same batch until it is stored. False when the relay stopped or lost the lead before. */
  async #send(publisher: EventPublisher, entries: readonly OutboxEntry[], leading: AbortSignal): Promise<boolean> {
    const { clock, observer } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      if (leading.aborted || this.#stop.signal.aborted) return false;
      try {
        await this.#numberUntil(publisher.publish(entries));
        return true;
      } catch (error) {
        observer?.failed?.(error, attempt);
        await clock.sleep(backoffMs(attempt), AbortSignal.any([leading, this.#stop.signal]));
      }
      await this.#number();
    }
  }

  /** A transport that is away may take long to say so, and sweeps go on meanwhile; nor may a leader fall silent. */
  async #numberUntil(sending: Promise<void>): Promise<void> {
    const { clock, pollMs = POLL_MS_DEFAULT } = this.#options;
    const sent = new AbortController();
    const isOpen = (): boolean => !sent.signal.aborted;
    const settled = sending.finally(() => sent.abort());
    const numbering = (async () => {
      while (isOpen()) {
        await clock.sleep(pollMs, sent.signal);
        if (isOpen()) await this.#number();
      }
    })();
    await Promise.all([settled, numbering]);
  }

  /** Numbers what came meanwhile; the batch in hand stays as it is. */
  async #number(): Promise<void> {
    await this.#options.outbox.next(1);
    this.#bell.ring(); // To look for it when the batch is out.
    this.#options.wakeups.wake(SEQUENCED_CHANNEL);
  }
}

/**
 * From the start of a round that carried so many entries to the start of the next, in the long run: after a while of
 * less work, a burst goes out round by round without a pause. Larger batches cost a fraction for
 * each event, with the transport, the database and this process: below `1 / MS_PER_ENTRY` events a millisecond the
 * pauses shrink to nothing and no event waits, above it they grow until rounds are `ROUND_EVERY_MS_MAX` apart.
 */
function pauseMs(entries: number): number {
  return Math.min(ROUND_EVERY_MS_MAX, Math.floor(entries * MS_PER_ENTRY));
}
