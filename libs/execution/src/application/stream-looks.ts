import type { EventStore, StreamRef } from '@caisson/event-sourcing';
import type { Clock } from '@caisson/kernel';

/** How long a question waits for others to go with it. */
export const GATHER_MS = 1_000;

/** Streams of one question to the store. */
const STREAMS_PER_LOOK_MAX = 1_000;

interface Asked {
  readonly stream: StreamRef;
  readonly answer: (version: number) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Looks how far streams are, for all runs that this process carries on: who asks within a second is answered by one
 * statement. A hundred quiet runs cost the store as much as one.
 */
export class StreamLooks {
  readonly #store: Pick<EventStore, 'versions'>;
  readonly #clock: Pick<Clock, 'sleep'>;
  #asked: Asked[] = [];

  constructor(store: Pick<EventStore, 'versions'>, clock: Pick<Clock, 'sleep'>) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The version of a stream; 0 when it is not there. @throws Fault as `EventStore.versions` does. */
  versionOf(stream: StreamRef): Promise<number> {
    return new Promise((answer, fail) => {
      this.#asked.push({ stream, answer, fail });
      if (this.#asked.length === 1) void this.#clock.sleep(GATHER_MS).then(() => this.#look());
    });
  }

  async #look(): Promise<void> {
    const asked = this.#asked;
    this.#asked = [];
    for (let from = 0; from < asked.length; from += STREAMS_PER_LOOK_MAX) {
      await this.#answer(asked.slice(from, from + STREAMS_PER_LOOK_MAX));
    }
  }

  async #answer(asked: readonly Asked[]): Promise<void> {
    try {
      const versions = await this.#store.versions(asked.map(({ stream }) => stream));
      asked.forEach(({ answer }, index) => answer(versions[index] ?? 0));
    } catch (error) {
      for (const { fail } of asked) fail(error);
    }
  }
}
