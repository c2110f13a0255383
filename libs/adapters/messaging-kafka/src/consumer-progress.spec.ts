import { describe, expect, it } from 'vitest';
import { ConsumerProgress, PROGRESS_LIMITS } from './consumer-progress.js';

function scene(): { progress: ConsumerProgress; pass: (ms: number) => void } {
  let nowMs = 1000;
  return {
    progress: new ConsumerProgress(() => nowMs),
    pass: (ms) => {
      nowMs += ms;
    },
  };
}

const { aliveMs, pageMs, readyMs } = PROGRESS_LIMITS;

describe('a consumer', () => {
  it('is not ready before it joined', () => {
    expect(scene().progress.health()).toEqual({ ready: false, alive: true, detail: 'waiting for Kafka: connecting' });
  });

  it('is ready while fetches are answered', () => {
    const { progress, pass } = scene();
    progress.joined(3);
    for (let round = 0; round < 100; round += 1) {
      pass(readyMs / 2);
      progress.fetched();
      expect(progress.health().ready).toBe(true);
    }
  });

  it('that holds partitions and only beats is not ready, and in the end not alive', () => {
    const { progress, pass } = scene();
    progress.joined(3);
    for (let ms = 0; ms < aliveMs; ms += 1000) {
      pass(1000);
      progress.beat();
    }
    expect(progress.health()).toMatchObject({ ready: false, alive: false });
  });

  it('without partitions lives by its heartbeats', () => {
    const { progress, pass } = scene();
    progress.joined(0);
    for (let ms = 0; ms < aliveMs * 2; ms += 1000) {
      pass(1000);
      progress.beat();
    }
    expect(progress.health()).toMatchObject({ ready: true, alive: true });
  });

  it('stays alive, unready, while Kafka is away and the client says so', () => {
    const { progress, pass } = scene();
    progress.joined(3);
    for (let ms = 0; ms < aliveMs * 10; ms += 5000) {
      pass(5000);
      progress.failed('connect ECONNREFUSED');
    }
    expect(progress.health()).toEqual({
      ready: false,
      alive: true,
      detail: 'waiting for Kafka: connect ECONNREFUSED',
    });
  });

  it('is not alive when nothing at all happens', () => {
    const { progress, pass } = scene();
    progress.joined(3);
    pass(aliveMs);
    expect(progress.health()).toMatchObject({ ready: false, alive: false });
  });

  it('may take its time over a page that is tried again, but not hang in one', () => {
    const { progress, pass } = scene();
    progress.joined(3);
    for (let tries = 0; tries < 10; tries += 1) {
      progress.pageBegan('topic/1');
      pass(pageMs - 1);
      expect(progress.health()).toMatchObject({ ready: true, alive: true });
    }
    pass(1);
    expect(progress.health()).toMatchObject({ ready: false, alive: false });
    progress.pageEnded('topic/1');
    expect(progress.health()).toMatchObject({ ready: true, alive: true });
  });

  it('that gave up says why, for ever', () => {
    const { progress } = scene();
    progress.died('the consumer gave up: TypeError');
    progress.fetched();
    expect(progress.health()).toEqual({ ready: false, alive: false, detail: 'the consumer gave up: TypeError' });
  });
});
