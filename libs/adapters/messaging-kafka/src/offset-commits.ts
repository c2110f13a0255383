import type { EachBatchPayload } from 'kafkajs';

/** How often a member of a group tells the broker how far it came: the most that a restart reads again. */
const COMMIT_EVERY_MS = 250;

/** How far a partition was applied: `offset` is the next one to read. */
export interface OffsetMark {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

type Batch = Pick<EachBatchPayload, 'isRunning' | 'commitOffsetsIfNecessary'>;

/**
 * Tells the broker beside the work how far each partition was applied, all partitions in one request. No page waits
 * for it: offsets are hints that save reading, and one that is late or lost costs repeats, which the positions drop.
 */
export class OffsetCommits {
  readonly #marks = new Map<string, OffsetMark>();
  readonly #onFailure: (error: unknown) => void;
  #batch: Batch | undefined;
  #timer: NodeJS.Timeout | undefined;
  #committing: Promise<void> = Promise.resolve();

  /** `onFailure` hears of a commit that failed, which is not tried again: the next one says more. */
  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /**
   * Remembers a mark, and the batch to commit it by, which throws at its caller: a late commit through the consumer
   * itself would end that for ever.
   */
  reached(mark: OffsetMark, batch: Batch): void {
    this.#marks.set(`${mark.topic}/${mark.partition}`, mark);
    this.#batch = batch;
    this.#timer ??= setTimeout(() => void this.flush(), COMMIT_EVERY_MS);
  }

  /** Forgets what was not committed: after a rebalance another member may be further with these partitions. */
  forget(): void {
    this.#marks.clear();
  }

  /** Commits what is remembered, after a commit under way. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#committing = this.#committing.then(() => this.#commitNow());
    return this.#committing;
  }

  async #commitNow(): Promise<void> {
    const marks = [...this.#marks.values()];
    this.#marks.clear();
    if (marks.length === 0 || this.#batch?.isRunning() !== true) return;
    const topics = [...new Set(marks.map((mark) => mark.topic))].map((topic) => ({
      topic,
      partitions: marks.filter((mark) => mark.topic === topic),
    }));
    try {
      await this.#batch.commitOffsetsIfNecessary({ topics });
    } catch (error) {
      this.#onFailure(error);
    }
  }
}
