import { EngineFailure, type ApplyResult, type Engine, type EngineCall, type Waiting } from '@caisson/engine';
import { describe, expect, it } from 'vitest';
import { ANSWER_LENGTH_MAX, withinLimits } from './within-limits.js';

const unit = { unitId: 'a', provider: 'p', resources: [{ address: 'a', type: 't', properties: {}, dependsOn: [] }] };
const call: EngineCall = {
  ...{ tenantId: 't', deploymentId: 'd', runId: 'r', actionKey: 'd/r/a', fencingToken: 1 },
  signal: new AbortController().signal,
  log: () => undefined,
};

/** An engine that has so many characters to tell, whatever it is asked. */
function telling(length: number, more: Partial<Engine> = {}): Engine {
  const text = 'x'.repeat(length);
  const result: ApplyResult = {
    resources: [{ address: 'a', outputs: { list: [text] }, expected: {} }],
    evidence: {},
  };
  const attributes = [{ path: 'text', after: text, sensitive: false, unknown: false }];
  return withinLimits({
    name: 'tool',
    capabilities: async () => ({ types: [], dryRun: true, resourcesPerUnitMax: 1, alone: [], version: '1' }),
    health: async () => ({ healthy: true }),
    validate: async () => [],
    plan: async () => ({
      ...{ action: 'create', resources: [], artifact: Buffer.alloc(2 * ANSWER_LENGTH_MAX) },
      changes: [{ resource: 'a', address: 'a', action: 'create', attributes }],
    }),
    apply: async () => result,
    observe: async () => ({ outcome: 'observed', resources: result.resources }),
    destroy: async () => ({}),
    ...more,
  });
}

const planned = (engine: Engine) => engine.plan({ unit, unknowns: [], destroy: false }, call);

describe('what an engine tells of a unit', () => {
  it('is passed on while it can be recorded, with its sealed dry run', async () => {
    const engine = telling(ANSWER_LENGTH_MAX - 1_000);
    expect((await planned(engine)).artifact).toHaveLength(2 * ANSWER_LENGTH_MAX);
    expect((await engine.apply({ unit }, call)).resources).toHaveLength(1);
    expect((await engine.observe(unit, call)).outcome).toBe('observed');
  });

  it('is refused by name when it is more', async () => {
    const engine = telling(ANSWER_LENGTH_MAX);
    await expect(planned(engine)).rejects.toMatchObject({ code: 'plan-too-large', errorClass: 'permanent' });
    await expect(engine.apply({ unit }, call)).rejects.toMatchObject({
      ...{ code: 'result-too-large', errorClass: 'permanent', untouched: false },
      message: expect.stringMatching(
        /^"a" has too much to tell: at most 2097152 characters .* several units of it\.$/,
      ) as string,
    });
    expect(await engine.observe(unit, call)).toMatchObject({ outcome: 'unreadable', reason: /too much to tell/ });
  });

  it('is refused also where an engine may wait', async () => {
    const long = { resources: [], evidence: { text: 'x'.repeat(ANSWER_LENGTH_MAX + 1) } };
    const waiting: Waiting = {
      waiting: { reason: 'time', until: '2026-03-02T10:15:00.000Z', callback: false, touched: false },
    };
    const short = telling(0, { applyOrWait: async () => waiting });
    expect(await short.applyOrWait?.({ unit }, call)).toBe(waiting);
    const engine = telling(0, { applyOrWait: async () => long });
    await expect(engine.applyOrWait?.({ unit }, call)).rejects.toMatchObject({ code: 'result-too-large' });
  });

  it('keeps the words of a failure that left too much, and what it says of the effect', async () => {
    const partial = { resources: [], evidence: { text: 'x'.repeat(ANSWER_LENGTH_MAX + 1) } };
    const failing = (errorClass: 'unknown') =>
      telling(0, {
        apply: () => Promise.reject(new EngineFailure('quota', 'The cloud is full.', { errorClass, partial })),
      });
    const failure = await failing('unknown')
      .apply({ unit }, call)
      .catch((error: unknown) => error as EngineFailure);
    expect(failure).toMatchObject({ code: 'result-too-large', errorClass: 'unknown', partial: undefined });
    expect((failure as EngineFailure).message).toMatch(/^The cloud is full\. "a" has too much to tell/);
  });
});
