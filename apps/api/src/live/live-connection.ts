import type { ServerResponse } from 'node:http';
import { farewellFrame } from './event-frames.js';
import type { LiveFilter } from './live-filter.js';

/** Why a stream ended, as the metric names it. `left`: the watcher went. */
export type LiveEnd = 'left' | 'slow' | 'stalled' | 'rights' | 'stopping' | 'failed';

/** What makes one stream. */
export interface LiveConnectionParts {
  readonly response: ServerResponse;
  readonly filter: LiveFilter;
  /** Everything up to this number is not for it. */
  readonly position: number;
  /** Whether whoever watches still may. */
  readonly mayWatch: () => Promise<boolean>;
  /** Bytes that may wait for a watcher who reads slower than events come. */
  readonly bufferBytes: number;
  readonly onEnd: (end: LiveEnd) => void;
}

/** One watcher's stream. It can end in several ways, and ends once. */
export class LiveConnection {
  readonly filter: LiveFilter;
  readonly mayWatch: () => Promise<boolean>;
  /** Everything up to this number was written, or is not for it. The hub moves it while it catches up. */
  position: number;
  readonly #parts: LiveConnectionParts;
  readonly #over = new AbortController();
  #sentBytes = 0;

  constructor(parts: LiveConnectionParts) {
    this.#parts = parts;
    this.filter = parts.filter;
    this.mayWatch = parts.mayWatch;
    this.position = parts.position;
    parts.response.once('close', () => this.#finish('left'));
    parts.response.once('error', () => this.#finish('left'));
  }

  /** Aborted when the stream has ended. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Writes to a watcher who keeps up; one who does not is let go alone. */
  send(bytes: Buffer): void {
    const { response, bufferBytes } = this.#parts;
    if (this.signal.aborted) return;
    if (response.writableLength > bufferBytes) this.drop('slow');
    else response.write(bytes);
  }

  /** Writes and waits until the watcher has taken most of it, so that what is read from the store does not pile up. */
  async sendAll(bytes: Buffer): Promise<void> {
    const { response } = this.#parts;
    if (this.signal.aborted || bytes.length === 0 || response.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        response.off('drain', done);
        this.signal.removeEventListener('abort', done);
        resolve();
      };
      response.on('drain', done);
      this.signal.addEventListener('abort', done, { once: true });
    });
  }

  /** Whether bytes wait and none of them was taken since the last look. */
  hasStalled(): boolean {
    const { response } = this.#parts;
    const before = this.#sentBytes;
    this.#sentBytes = (response.socket?.bytesWritten ?? 0) - response.writableLength;
    return response.writableLength > 0 && before === this.#sentBytes;
  }

  /** Ends in order: the watcher may come back. */
  end(end: LiveEnd, retryMs: number): void {
    if (this.signal.aborted) return;
    this.#parts.response.end(farewellFrame(retryMs, end));
    this.#finish(end);
  }

  /** Ends at once: what waits for the watcher is thrown away. It comes back to where it was. */
  drop(end: LiveEnd): void {
    this.#finish(end);
    this.#parts.response.destroy();
  }

  #finish(end: LiveEnd): void {
    if (this.signal.aborted) return;
    this.#over.abort();
    this.#parts.onEnd(end);
  }
}
