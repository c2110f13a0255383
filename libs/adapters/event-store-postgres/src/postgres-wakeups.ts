import type pgModule from 'pg';
import type { Wakeups } from '@caisson/event-sourcing';
import { connectionSettings, pg } from './connection.js';

/**
 * Notifications of this process are so far apart in the long run: one `NOTIFY` per append would cost most of its rate.
 * What is done step by step, each after the last one was heard of, must not wait at each step.
 */
const NOTIFY_EVERY_MS = 5;

/** Notifications in a row that need not wait, after a pause. */
const NOTIFY_BURST = 8;

/** The wait before a new connection doubles from the first to the second. */
const RECONNECT_MS_MIN = 100;
const RECONNECT_MS_MAX = 5_000;

/** How often a process tells others that it is there; it also shows whether the connection still is. */
const HERE_EVERY_MS = 30_000;

/** A process that heard of no other for so long notifies nobody: alone, notifications would only cost. */
const PEERS_FORGOTTEN_MS = 100_000;

const CHANNEL = 'caisson_wake';

/** Said by a process that begins to listen; all others answer. No name of a channel looks like these two. */
const WHO_IS_THERE = '?';
const HERE = '!';

const PAYLOAD_BYTES_MAX = 7_000; // Postgres allows 8,000.

/**
 * Wake-ups over one connection of its own. In this process they arrive at once; in others within milliseconds, several
 * together. While the connection is away only this process is woken; after it came back all its listeners are, once.
 */
export class PostgresWakeups implements Wakeups {
  readonly #settings: pgModule.ClientConfig;
  readonly #listeners = new Map<string, Set<() => void>>();
  #pending = new Set<string>();
  #client: pgModule.Client | undefined;
  #backend = 0;
  /** When the next notification may go out, by the average; a burst may be ahead of it. */
  #dueMs = -Infinity;
  #peerHeardMs = -Infinity;
  #sending = false;
  #closed = false;
  #reconnectMs = RECONNECT_MS_MIN;
  #cancelSending: (() => void) | undefined;
  #reconnectTimer: NodeJS.Timeout | undefined;
  #hereTimer: NodeJS.Timeout | undefined;

  constructor(url: string, applicationName: string) {
    this.#settings = connectionSettings(url, applicationName);
  }

  /** Connects; goes on trying by itself when that fails. */
  async start(): Promise<void> {
    await this.#connect();
    this.#hereTimer = setInterval(() => this.#say(HERE), HERE_EVERY_MS).unref();
  }

  wake(channel: string): void {
    if (this.#closed) return;
    this.#call(channel);
    if (performance.now() - this.#peerHeardMs < PEERS_FORGOTTEN_MS) this.#say(channel);
  }

  listen(channel: string, onWake: () => void): () => void {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(onWake));
    return () => {
      listeners.delete(onWake);
      if (listeners.size === 0 && this.#listeners.get(channel) === listeners) this.#listeners.delete(channel);
    };
  }

  /** Sends what is pending and ends the connection. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelSending?.();
    clearTimeout(this.#reconnectTimer);
    clearInterval(this.#hereTimer);
    const client = this.#client;
    if (client === undefined) return;
    await this.#notify(client);
    this.#client = undefined;
    await client.end().catch(() => undefined); // Gone already.
  }

  #call(channel: string): void {
    for (const onWake of [...(this.#listeners.get(channel) ?? [])]) onWake();
  }

  #say(word: string): void {
    this.#pending.add(word);
    this.#schedule();
  }

  #hear(word: string): void {
    this.#peerHeardMs = performance.now();
    if (word === WHO_IS_THERE) this.#say(HERE);
    else if (word !== HERE) this.#call(word);
  }

  #schedule(): void {
    if (this.#cancelSending !== undefined || this.#sending) return;
    const send = (): void => {
      this.#cancelSending = undefined;
      const client = this.#client;
      if (client !== undefined) void this.#notify(client);
    };
    const waitMs = this.#dueMs - performance.now();
    if (waitMs > 0) {
      const timer = setTimeout(send, waitMs);
      this.#cancelSending = () => clearTimeout(timer);
    } else {
      const turn = setImmediate(send); // A timer would take a millisecond at least.
      this.#cancelSending = () => clearImmediate(turn);
    }
  }

  /** Never fails: what could not be sent is dropped, and the connection with it. */
  async #notify(client: pgModule.Client): Promise<void> {
    if (this.#pending.size === 0) return;
    this.#sending = true;
    this.#dueMs = Math.max(this.#dueMs, performance.now() - NOTIFY_BURST * NOTIFY_EVERY_MS) + NOTIFY_EVERY_MS;
    const channels = [...this.#pending];
    this.#pending = new Set();
    try {
      for (const payload of toPayloads(channels)) {
        await client.query({ name: 'wake', text: `select pg_notify('${CHANNEL}', $1)`, values: [payload] });
      }
    } catch {
      this.#lose(client);
    } finally {
      this.#sending = false;
      if (this.#pending.size > 0 && !this.#closed) this.#schedule();
    }
  }

  async #connect(): Promise<void> {
    const client = new pg.Client(this.#settings);
    client.on('error', () => this.#lose(client));
    client.on('end', () => this.#lose(client));
    client.on('notification', ({ processId, payload }) => {
      if (processId === this.#backend) return; // This process was woken when it asked.
      for (const word of (payload ?? '').split('\n')) this.#hear(word);
    });
    this.#client = client;
    try {
      await client.connect();
      // Losing a wake-up with a crash is harmless; waiting for the disk at each is not.
      await client.query('set synchronous_commit = off');
      const answer = await client.query<{ pid: number }>(`select pg_backend_pid() as pid`);
      this.#backend = answer.rows[0]?.pid ?? 0;
      await client.query(`listen ${CHANNEL}`);
    } catch {
      this.#lose(client);
      return;
    }
    this.#reconnectMs = RECONNECT_MS_MIN;
    this.#say(WHO_IS_THERE);
    // Whatever was said while nobody listened.
    for (const channel of [...this.#listeners.keys()]) this.#call(channel);
  }

  #lose(client: pgModule.Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    client.end().catch(() => undefined); // It is broken; only its socket is left to close.
    if (this.#closed) return;
    this.#reconnectTimer = setTimeout(() => void this.#connect(), this.#reconnectMs).unref();
    this.#reconnectMs = Math.min(RECONNECT_MS_MAX, this.#reconnectMs * 2);
  }
}

function toPayloads(channels: readonly string[]): readonly string[] {
  const payloads: string[] = [];
  let payload = '';
  for (const channel of channels) {
    const joined = payload === '' ? channel : `${payload}\n${channel}`;
    if (Buffer.byteLength(joined) > PAYLOAD_BYTES_MAX && payload !== '') payloads.push(payload);
    payload = Buffer.byteLength(joined) > PAYLOAD_BYTES_MAX ? channel : joined;
  }
  return payload === '' ? payloads : [...payloads, payload];
}
