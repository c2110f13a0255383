import type { Clock } from '@caisson/kernel';
import { backoffMs } from './backoff.js';
import { Bell } from './bell.js';
import type { EventFeed, FeedEntry, FeedStretch } from './ports/event-feed.js';
import { SEQUENCED_CHANNEL, type Wakeups } from './ports/wakeups.js';

/** Numbers that one statement reads. */
const PAGE_SIZE = 100;

/** How often it looks by itself, should a wake-up be lost. */
const POLL_MS = 1_000;

/** Numbers before the head that are read at the start, so that who was cut off a moment ago needs no reading. */
const LOOK_BACK = 500;

/** What is kept of the latest events, at most. */
const KEPT_ENTRIES_MAX = 1_000;
const KEPT_CHARACTERS_MAX = 8 * 1024 * 1024;

/** What a tail reads and whom it tells. */
export interface LiveTailOptions {
  readonly feed: EventFeed;
  readonly wakeups: Wakeups;
  readonly clock: Clock;
  /** Hears of each stretch, in order, once. Must not throw. */
  readonly onStretch: (stretch: FeedStretch) => void;
  /** Hears of each failed read, which is tried again. Must not throw. */
  readonly onFailure?: (error: unknown, failures: number) => void;
  readonly pollMs?: number;
  readonly keptEntriesMax?: number;
}

/**
 * The one reader of the latest events in a process, for all who watch: woken when events are numbered, and looking by
 * itself now and then. Keeps the last entries, bounded in number and size, for those who come back.
 */
export class LiveTail {
  readonly #options: LiveTailOptions;
  readonly #bell: Bell;
  readonly #stop = new AbortController();
  readonly #waiting = new Set<() => void>();
  #kept: FeedEntry[] = [];
  #keptCharacters = 0;
  /** Nothing after this number was let go. */
  #keptAfter = 0;
  #position: number | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: LiveTailOptions) {
    this.#options = options;
    this.#bell = new Bell(options.clock);
  }

  /** Everything up to this number was told; undefined until the first read. */
  get position(): number | undefined {
    return this.#position;
  }

  /** Begins to read, shortly before the head. Call it once. */
  start(): void {
    this.#running = this.#run(this.#stop.signal);
  }

  /** Ends after the read in hand. Who waits for it goes on at once. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Resolves after the next read that worked, which it hastens, or when the tail or the signal ends. */
  async nextRead(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#stop.signal.aborted) return;
    this.#bell.ring();
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  /** What was told after a number, oldest first; undefined when some of it is not kept, or not told, yet. */
  keptAfter(globalSeq: number): readonly FeedEntry[] | undefined {
    if (this.#position === undefined || globalSeq < this.#keptAfter || globalSeq > this.#position) return undefined;
    const first = this.#kept.findIndex((entry) => entry.globalSeq > globalSeq);
    return first === -1 ? [] : this.#kept.slice(first);
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, wakeups, onFailure, pollMs = POLL_MS } = this.#options;
    const stopListening = wakeups.listen(SEQUENCED_CHANNEL, () => this.#bell.ring());
    let failures = 0;
    while (!signal.aborted) {
      try {
        const more = await this.#read();
        failures = 0;
        if (!more) await this.#bell.wait(pollMs, signal);
      } catch (error) {
        failures += 1;
        onFailure?.(error, failures);
        await clock.sleep(backoffMs(failures), signal);
      }
    }
    stopListening();
    this.#letGo();
  }

  async #read(): Promise<boolean> {
    const { feed, onStretch } = this.#options;
    const isFirst = this.#position === undefined;
    if (isFirst) this.#forget(Math.max(0, (await feed.head()) - LOOK_BACK));
    let stretch = await feed.readAfter({ afterGlobalSeq: this.#position ?? this.#keptAfter, limit: PAGE_SIZE });
    this.#keep(stretch);
    // At the start nobody follows yet: the position is set when the past has been read.
    while (isFirst && stretch.more && !this.#stop.signal.aborted) {
      stretch = await feed.readAfter({ afterGlobalSeq: stretch.endSeq, limit: PAGE_SIZE });
      this.#keep(stretch);
    }
    this.#position = stretch.endSeq;
    if (!isFirst && stretch.entries.length > 0) onStretch(stretch);
    this.#letGo();
    return stretch.more;
  }

  /** A first read that failed half way begins anew. */
  #forget(keptAfter: number): void {
    this.#kept = [];
    this.#keptCharacters = 0;
    this.#keptAfter = keptAfter;
  }

  #letGo(): void {
    for (const done of [...this.#waiting]) done();
  }

  #keep({ entries }: FeedStretch): void {
    const { keptEntriesMax = KEPT_ENTRIES_MAX } = this.#options;
    this.#kept.push(...entries);
    for (const { dataJson } of entries) this.#keptCharacters += dataJson.length;
    let leaving = 0;
    for (const { globalSeq, dataJson } of this.#kept) {
      if (this.#kept.length - leaving <= keptEntriesMax && this.#keptCharacters <= KEPT_CHARACTERS_MAX) break;
      leaving += 1;
      this.#keptCharacters -= dataJson.length;
      this.#keptAfter = globalSeq;
    }
    if (leaving > 0) this.#kept = this.#kept.slice(leaving);
  }
}
