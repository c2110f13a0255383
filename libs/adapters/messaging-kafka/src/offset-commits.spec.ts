import { describe, expect, it, vi } from 'vitest';
import { OffsetCommits } from './offset-commits.js';

function batchOf(commit: () => Promise<void> = () => Promise.resolve()): {
  readonly isRunning: () => boolean;
  readonly commitOffsetsIfNecessary: ReturnType<typeof vi.fn<() => Promise<void>>>;
} {
  return { isRunning: () => true, commitOffsetsIfNecessary: vi.fn(commit) };
}

const none = (error: unknown): void => {
  throw error;
};

describe('Offsets', () => {
  it('are committed in one request: the last of each partition', async () => {
    const batch = batchOf();
    const commits = new OffsetCommits(none);
    commits.reached({ topic: 'x', partition: 0, offset: '1' }, batch);
    commits.reached({ topic: 'x', partition: 0, offset: '5' }, batch);
    commits.reached({ topic: 'x', partition: 1, offset: '2' }, batch);
    commits.reached({ topic: 'y', partition: 0, offset: '9' }, batch);
    await commits.flush();
    const topics = [
      {
        topic: 'x',
        partitions: [
          { topic: 'x', partition: 0, offset: '5' },
          { topic: 'x', partition: 1, offset: '2' },
        ],
      },
      { topic: 'y', partitions: [{ topic: 'y', partition: 0, offset: '9' }] },
    ];
    expect(batch.commitOffsetsIfNecessary.mock.calls).toEqual([[{ topics }]]);
  });

  it('are committed by themselves, once', async () => {
    vi.useFakeTimers();
    try {
      const batch = batchOf();
      const commits = new OffsetCommits(none);
      commits.reached({ topic: 'x', partition: 0, offset: '1' }, batch);
      await vi.advanceTimersByTimeAsync(5_000);
      expect(batch.commitOffsetsIfNecessary).toHaveBeenCalledTimes(1);
      commits.reached({ topic: 'x', partition: 0, offset: '2' }, batch);
      await vi.advanceTimersByTimeAsync(5_000);
      expect(batch.commitOffsetsIfNecessary).toHaveBeenCalledTimes(2);
    } finally {
      vi.useRealTimers();
    }
  });

  it('are forgotten with the partitions they belong to, and with a client that ended', async () => {
    const batch = batchOf();
    const commits = new OffsetCommits(none);
    commits.reached({ topic: 'x', partition: 0, offset: '1' }, batch);
    commits.forget();
    await commits.flush();
    commits.reached({ topic: 'x', partition: 0, offset: '1' }, { ...batch, isRunning: () => false });
    await commits.flush();
    expect(batch.commitOffsetsIfNecessary).not.toHaveBeenCalled();
  });

  it('that could not be committed are told, and the next commit goes on', async () => {
    const failures: unknown[] = [];
    const commits = new OffsetCommits((error) => failures.push(error));
    const failing = batchOf(() => Promise.reject(new Error('no coordinator')));
    commits.reached({ topic: 'x', partition: 0, offset: '1' }, failing);
    await commits.flush();
    const batch = batchOf();
    commits.reached({ topic: 'x', partition: 0, offset: '2' }, batch);
    await commits.flush();
    expect(failures).toHaveLength(1);
    expect(batch.commitOffsetsIfNecessary).toHaveBeenCalledTimes(1);
  });
});
