import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const WAIT_MS_MAX = 30_000;
const LOOK_MS = 10;
/** Connections that are opened at once. */
const OPEN_AT_ONCE = 50;

const LINE_END = '\n'.charCodeAt(0);

/** Clients that hold a live stream open each and count what comes. The parsing of events is not theirs. */
export class Watchers {
  /** Blocks of each stream; the first says where it begins. */
  readonly #blocks: number[] = [];
  readonly #streams: IncomingMessage[] = [];
  readonly #agent = new Agent({ maxSockets: Infinity });

  /** Opens streams, and waits until each of them has begun. */
  static async open(count: number, url: string, headers: Readonly<Record<string, string>>): Promise<Watchers> {
    const watchers = new Watchers();
    try {
      for (let opened = 0; opened < count; opened += OPEN_AT_ONCE) {
        const some = Math.min(OPEN_AT_ONCE, count - opened);
        await Promise.all(Array.from({ length: some }, () => watchers.#open(url, headers)));
      }
      await watchers.received(0);
      return watchers;
    } catch (error) {
      watchers.close();
      throw error;
    }
  }

  /** Waits until everybody has so many events. @throws Error when somebody has not, or more than that. */
  async received(events: number): Promise<void> {
    const wanted = events + 1;
    const deadline = performance.now() + WAIT_MS_MAX;
    while (this.#blocks.some((blocks) => blocks < wanted)) {
      if (performance.now() > deadline) throw new Error(`${this.#least() - 1} of ${events} events came somewhere`);
      await sleep(LOOK_MS);
    }
    if (this.#blocks.some((blocks) => blocks > wanted)) throw new Error('somebody got an event twice');
  }

  close(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#agent.destroy();
  }

  #least(): number {
    return this.#blocks.reduce((least, blocks) => Math.min(least, blocks), Infinity);
  }

  #open(url: string, headers: Readonly<Record<string, string>>): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = get(url, { agent: this.#agent, headers }, (stream) => {
        this.#count(stream);
        if (stream.statusCode === 200) resolve();
        else reject(new Error(`a stream was refused with ${stream.statusCode ?? 0}`));
      });
      request.once('error', reject);
    });
  }

  /** An empty line ends a block; it may come in two parts. */
  #count(stream: IncomingMessage): void {
    const index = this.#streams.push(stream) - 1;
    this.#blocks[index] = 0;
    let isLineEnd = false;
    stream.on('error', () => undefined); // The end of the slice.
    stream.on('data', (part: Buffer) => {
      if (isLineEnd && part[0] === LINE_END) this.#blocks[index] = (this.#blocks[index] ?? 0) + 1;
      for (let at = part.indexOf('\n\n'); at !== -1; at = part.indexOf('\n\n', at + 2)) {
        this.#blocks[index] = (this.#blocks[index] ?? 0) + 1;
      }
      isLineEnd = part.at(-1) === LINE_END && part.at(-2) !== LINE_END;
    });
  }
}
