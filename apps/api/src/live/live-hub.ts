import { LiveTail, type EventFeed, type FeedEntry, type FeedStretch, type Wakeups } from '@caisson/event-sourcing';
import { Fault, messageOf, type Clock } from '@caisson/kernel';
import type { Logger } from '@caisson/observability';
import type { BackgroundLoop } from '@caisson/service';
import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { apiProblem } from '../http/api-problems.js';
import { beatFrame, eventFrame } from './event-frames.js';
import { LiveConnection, type LiveEnd } from './live-connection.js';
import { filterKey, passesFilter, type LiveFilter } from './live-filter.js';
import { LiveLimits, type LiveLimitSettings } from './live-limits.js';
import { Turns } from './turns.js';

/** What the hub hears about for operators. */
export interface LiveObserver {
  connections(count: number): void;
  ended(end: LiveEnd): void;
}

/** What the hub works with. */
export interface LiveHubOptions {
  readonly feed: EventFeed;
  readonly wakeups: Wakeups;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer: LiveObserver;
  readonly limits: LiveLimitSettings;
  /** Between two signs of life; then stalled watchers are let go. */
  readonly beatMs: number;
  /** Bytes that may wait for one watcher. */
  readonly bufferBytes: number;
}

/** Somebody who wants to watch. */
export interface Watcher {
  readonly filter: LiveFilter;
  /** The last number that was seen; absent: from now on. */
  readonly after?: number | undefined;
  /** Whether whoever watches still may; asked now and then. */
  readonly mayWatch: () => Promise<boolean>;
  /** Opens the answer; called when nothing can be refused any more. */
  readonly open: () => ServerResponse;
}

/** Watchers that read the store at once while they catch up: they share its connections with everybody. */
const READERS_MAX = 2;

/** Numbers that one statement reads for a watcher who catches up. */
const CATCH_UP_PAGE = 100;

/** Bytes that are gathered for one write to a watcher who catches up. */
const CATCH_UP_BYTES = 256 * 1024;

/** Opening waits no longer for the store. */
const OPEN_MS_MAX = 5_000;

/** Rights are checked again so often: within 5 s nobody watches any more who may not. */
const RIGHTS_MS = 3_000;

/** Watchers come back spread over this time when a process stops. */
const RETRY_MS = { first: 500, step: 20, steps: 100 } as const;

/** Watchers with the same filter: their bytes are made once. */
interface Channel {
  readonly filter: LiveFilter;
  readonly members: Set<LiveConnection>;
}

/**
 * Hands events to all who watch through this process: one reader of the store for everybody, one write for everybody
 * with the same filter. A watcher who comes back is first brought up to date, from what the reader kept or from the
 * store, and joins the others exactly where they are.
 */
export class LiveHub implements BackgroundLoop {
  readonly #options: LiveHubOptions;
  readonly #limits: LiveLimits;
  readonly #connections = new Set<LiveConnection>();
  readonly #channels = new Map<string, Channel>();
  readonly #turns = new Turns(READERS_MAX);
  #tail: LiveTail | undefined;
  #beat: NodeJS.Timeout | undefined;
  #rights: NodeJS.Timeout | undefined;
  #isStopping = false;
  #isChecking = false;

  constructor(options: LiveHubOptions) {
    this.#options = options;
    this.#limits = new LiveLimits(options.limits);
  }

  start(): void {
    const { beatMs } = this.#options;
    this.#beat = setInterval(() => this.#onBeat(), beatMs);
    this.#rights = setInterval(() => void this.#checkRights(), Math.min(beatMs, RIGHTS_MS));
  }

  /** Ends every stream with a hint when to come back. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#beat);
    clearInterval(this.#rights);
    let index = 0;
    for (const connection of [...this.#connections]) {
      connection.end('stopping', RETRY_MS.first + RETRY_MS.step * (index % RETRY_MS.steps));
      index += 1;
    }
    await this.#tail?.stop();
  }

  /**
   * Begins a stream; it goes on by itself after the answer.
   *
   * @throws HttpProblem 503 when there are too many or the process stops, 400 for a number that was never given.
   *   Fault `store-unavailable` (retryable) when the store does not answer.
   */
  async watch(watcher: Watcher): Promise<void> {
    if (this.#isStopping) throw stopping();
    const giveBack = this.#limits.take(watcher.filter.tenantId);
    try {
      const tail = await this.#readyTail();
      const position = await this.#startOf(watcher, tail);
      const connection = this.#open(watcher, position, giveBack);
      connection.send(beatFrame(position));
      void this.#catchUp(connection, tail).catch((error: unknown) => {
        this.#options.log.warn({ reason: messageOf(error) }, 'a live stream could not be brought up to date');
        connection.drop('failed');
      });
    } catch (error) {
      giveBack();
      this.#restIfAlone();
      throw error;
    }
  }

  #open(watcher: Watcher, position: number, giveBack: () => void): LiveConnection {
    if (this.#isStopping) throw stopping();
    const { bufferBytes, observer } = this.#options;
    const connection = new LiveConnection({
      response: watcher.open(),
      filter: watcher.filter,
      position,
      mayWatch: watcher.mayWatch,
      bufferBytes,
      onEnd: (end) => {
        giveBack();
        this.#leave(connection);
        observer.ended(end);
        observer.connections(this.#connections.size);
      },
    });
    this.#connections.add(connection);
    observer.connections(this.#connections.size);
    return connection;
  }

  async #readyTail(): Promise<LiveTail> {
    this.#tail ??= this.#startTail();
    const tail = this.#tail;
    const late = AbortSignal.timeout(OPEN_MS_MAX);
    while (tail.position === undefined && !late.aborted && !this.#isStopping) await tail.nextRead(late);
    if (tail.position !== undefined) return tail;
    throw new Fault('store-unavailable', 'The store does not answer. Try again in a moment.', { retryable: true });
  }

  #startTail(): LiveTail {
    const { feed, wakeups, clock, log } = this.#options;
    const tail: LiveTail = new LiveTail({
      ...{ feed, wakeups, clock },
      onStretch: (stretch) => {
        if (this.#tail === tail) this.#publish(stretch); // One that was stopped may have a read in hand.
      },
      onFailure: (error, failures) => {
        log.warn({ failures, reason: messageOf(error) }, 'live streams wait for the store');
      },
    });
    tail.start();
    return tail;
  }

  async #startOf({ after }: Watcher, tail: LiveTail): Promise<number> {
    const position = tail.position ?? 0;
    if (after === undefined || after <= position) return after ?? position;
    if (after <= (await this.#options.feed.head())) return after; // Another process was ahead of this one.
    throw apiProblem('live-position-unknown', {
      detail: 'Start again without Last-Event-ID, and read what is there anew.',
      errors: [{ pointer: 'Last-Event-ID', detail: 'is the id of no event yet' }],
    });
  }

  #publish(stretch: FeedStretch): void {
    for (const { filter, members } of this.#channels.values()) {
      const bytes = framesFor(filter, stretch.entries);
      if (bytes.length === 0) continue;
      for (const member of [...members]) member.send(bytes);
    }
  }

  /** Until the watcher is where the tail is; from then on it gets what the tail tells. */
  async #catchUp(connection: LiveConnection, tail: LiveTail): Promise<void> {
    const { filter, position: beganAt, signal } = connection;
    while (!signal.aborted) {
      const kept = tail.keptAfter(connection.position);
      if (kept !== undefined) {
        const part = firstBytes(filter, kept);
        if (part.isAll) {
          // Whoever had something to catch up with is told that this is done.
          const done = beganAt === tail.position ? [] : [beatFrame(tail.position ?? 0)];
          connection.send(Buffer.concat([part.bytes, ...done]));
          this.#join(connection); // In the same turn as the look at the tail: nothing comes between.
          return;
        }
        connection.position = part.endSeq;
        await connection.sendAll(part.bytes);
      } else if (connection.position > (tail.position ?? 0)) {
        await tail.nextRead(signal);
      } else {
        await this.#catchUpFromStore(connection);
      }
    }
  }

  async #catchUpFromStore(connection: LiveConnection): Promise<void> {
    const { filter, position } = connection;
    const request = { afterGlobalSeq: position, limit: CATCH_UP_PAGE, tenantId: filter.tenantId };
    const { endSeq, entries } = await this.#turns.take(() => this.#options.feed.readAfter(request));
    const passing = entries.filter((entry) => passesFilter(filter, entry));
    connection.position = endSeq;
    await connection.sendAll(Buffer.concat(passing.map((entry) => eventFrame(entry))));
  }

  #join(connection: LiveConnection): void {
    if (connection.signal.aborted) return;
    const key = filterKey(connection.filter);
    const channel = this.#channels.get(key) ?? { filter: connection.filter, members: new Set() };
    channel.members.add(connection);
    this.#channels.set(key, channel);
  }

  #leave(connection: LiveConnection): void {
    this.#connections.delete(connection);
    const key = filterKey(connection.filter);
    const channel = this.#channels.get(key);
    channel?.members.delete(connection);
    if (channel?.members.size === 0) this.#channels.delete(key);
    this.#restIfAlone();
  }

  /** While nobody watches, nothing is read. */
  #restIfAlone(): void {
    if (this.#limits.total > 0) return;
    void this.#tail?.stop();
    this.#tail = undefined;
  }

  #onBeat(): void {
    const position = this.#tail?.position ?? 0;
    const beat = beatFrame(position);
    for (const connection of [...this.#connections]) {
      const hasJoined = this.#channels.get(filterKey(connection.filter))?.members.has(connection) === true;
      if (connection.hasStalled()) connection.drop('stalled');
      else connection.send(hasJoined ? beat : beatFrame(connection.position));
    }
  }

  /** One by one, so that the rest of the process has its turn in between. */
  async #checkRights(): Promise<void> {
    if (this.#isChecking) return;
    this.#isChecking = true;
    try {
      for (const connection of [...this.#connections]) {
        await setImmediate();
        if (connection.signal.aborted || (await connection.mayWatch())) continue;
        connection.end('rights', RETRY_MS.first);
      }
    } catch (error) {
      this.#options.log.warn({ reason: messageOf(error) }, 'rights of live streams are checked again shortly');
    } finally {
      this.#isChecking = false;
    }
  }
}

function framesFor(filter: LiveFilter, entries: readonly FeedEntry[]): Buffer {
  const frames = entries.filter((entry) => passesFilter(filter, entry)).map((entry) => eventFrame(entry));
  return frames.length === 1 ? (frames[0] ?? Buffer.alloc(0)) : Buffer.concat(frames);
}

/** As many of the entries as one write may hold, at least one. */
function firstBytes(
  filter: LiveFilter,
  entries: readonly FeedEntry[],
): { readonly bytes: Buffer; readonly isAll: boolean; readonly endSeq: number } {
  const frames: Buffer[] = [];
  let [length, endSeq] = [0, 0];
  for (const entry of entries) {
    if (length > CATCH_UP_BYTES) return { bytes: Buffer.concat(frames), isAll: false, endSeq };
    endSeq = entry.globalSeq;
    if (!passesFilter(filter, entry)) continue;
    const frame = eventFrame(entry);
    frames.push(frame);
    length += frame.length;
  }
  return { bytes: Buffer.concat(frames), isAll: true, endSeq };
}

function stopping(): Error {
  const detail = 'This process stops. Connect again; another one answers.';
  return apiProblem('service-unavailable', { detail, headers: { 'retry-after': '1' } });
}
