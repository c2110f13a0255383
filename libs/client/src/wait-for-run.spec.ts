import { describe, expect, it } from 'vitest';
import type { RunResource, RunState } from './resources.js';
import { waitForRun } from './wait-for-run.js';

/** A run that is in these states one look after the other, and in the last from then on. */
function looks(...states: readonly [RunState, number][]): () => Promise<RunResource> {
  let look = 0;
  return async () => {
    const [state, progress] = states[Math.min(look, states.length - 1)]!;
    look += 1;
    return { id: 'r', state, progress } as RunResource;
  };
}

describe('waiting for a run', () => {
  it('ends where it rests, and tells each change once', async () => {
    const told: string[] = [];
    const onChange = ({ progress, state }: RunResource): void => void told.push(`${state} ${progress}`);
    const look = looks(['planning', 5], ['planning', 5], ['planning', 9], ['awaiting_approval', 10]);
    expect(await waitForRun(look, { onChange })).toMatchObject({ state: 'awaiting_approval' });
    expect(told).toEqual(['planning 5', 'planning 9', 'awaiting_approval 10']);
  });

  it('ends in the states that were asked for', async () => {
    const look = looks(['awaiting_approval', 10], ['executing', 20], ['completed', 100]);
    expect(await waitForRun(look, { states: ['completed'] })).toMatchObject({ state: 'completed' });
  });

  it('says so at once when the run ended otherwise for good', async () => {
    const waiting = waitForRun(looks(['cancelled', 20]), { states: ['completed'] });
    await expect(waiting).rejects.toThrow('run r ended cancelled; awaited completed');
  });

  it('does not wait for ever', async () => {
    const waiting = waitForRun(looks(['executing', 20]), { limitMs: 150 });
    await expect(waiting).rejects.toThrow('run r is still executing');
  });

  it('ends when it is no longer wanted', async () => {
    const waiting = waitForRun(looks(['executing', 20]), { signal: AbortSignal.timeout(50) });
    await expect(waiting).rejects.toThrow(/abort/i);
  });
});
