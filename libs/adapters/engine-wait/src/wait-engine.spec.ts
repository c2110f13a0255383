import type { EngineCall, UnitInput, Waited } from '@caisson/engine';
import type { AppliedResource, AppliedUnit } from '@caisson/contracts';
import { Fault, type Clock, type JsonObject } from '@caisson/kernel';
import { beforeEach, describe, expect, it } from 'vitest';
import { WaitEngine, type CheckTrial } from './wait-engine.js';

const BEGIN = Date.parse('2026-03-02T10:15:00.000Z');
let nowMs = BEGIN;
let status: number | Error = 503;
const asked: string[] = [];

const clock: Clock = {
  now: () => new Date(nowMs).toISOString(),
  monotonicMs: () => nowMs,
  sleep: (_ms, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
};
const probe = {
  status: async (url: string) => {
    asked.push(url);
    if (status instanceof Error) throw status;
    return status;
  },
};
let trial: Awaited<ReturnType<CheckTrial['try']>> = { outcome: 'holds' };
const engine = new WaitEngine(clock, probe, { try: () => Promise.resolve(trial) });
const since = new Date(BEGIN).toISOString();
const after = (seconds: number): string => new Date(BEGIN + seconds * 1000).toISOString();

beforeEach(() => {
  nowMs = BEGIN;
  status = 503;
  asked.length = 0;
});

function call(actionKey = 'd/r/gate'): EngineCall {
  const ids = { tenantId: 't', deploymentId: 'd', runId: 'r' };
  return { ...ids, actionKey, fencingToken: 1, signal: new AbortController().signal, log: () => undefined };
}

function unitOf(type: string, properties: JsonObject): UnitInput {
  const resource = { address: 'gate', type, properties, dependsOn: [] };
  return { unitId: 'gate', provider: 'wait', resources: [resource] };
}

function ask(type: string, properties: JsonObject, waited?: Waited) {
  const unit = unitOf(type, properties);
  return engine.applyOrWait({ unit, ...(waited === undefined ? {} : { waited }) }, call());
}

describe('a callback', () => {
  it('is waited for until it comes, and becomes outputs', async () => {
    expect(await ask('callback', { timeoutSeconds: 60 })).toMatchObject({
      waiting: { until: after(60), callback: true, touched: false },
    });
    nowMs += 59_000;
    expect(await ask('callback', { timeoutSeconds: 60 }, { since })).toMatchObject({ waiting: { until: after(60) } });
    const received = { payload: { tests: 'green' }, at: after(58) };
    expect(await ask('callback', { timeoutSeconds: 60 }, { since, received })).toMatchObject({
      resources: [
        { outputs: { payload: { tests: 'green' }, receivedAt: after(58), endedAt: after(59) }, expected: {} },
      ],
    });
  });

  it('that does not come in time fails for good, and one in time counts however late it is looked at', async () => {
    nowMs += 60_000;
    await expect(ask('callback', { timeoutSeconds: 60 }, { since })).rejects.toMatchObject({
      code: 'wait-timed-out',
      errorClass: 'permanent',
    });
    const received = { payload: null, at: after(59) };
    expect(await ask('callback', { timeoutSeconds: 60 }, { since, received })).toHaveProperty('resources');
  });
});

describe('a time', () => {
  it.each<[string, JsonObject, number]>([
    ['after so long', { forSeconds: 90 }, 90],
    ['at an instant', { until: '2026-03-02T11:16:00+01:00' }, 60],
  ])('is waited for: %s', async (...[, properties, seconds]) => {
    expect(await ask('timer', properties)).toMatchObject({ waiting: { until: after(seconds), callback: false } });
    nowMs += seconds * 1000;
    expect(await ask('timer', properties, { since })).toMatchObject({
      resources: [{ outputs: { endedAt: after(seconds) } }],
    });
  });
});

describe('a URL', () => {
  const poll = { url: 'http://job/done', everySeconds: 20, timeoutSeconds: 50 };

  it('is asked again and again until it answers as expected', async () => {
    expect(await ask('poll', poll)).toMatchObject({ waiting: { until: after(20) } });
    nowMs += 20_000;
    status = new Error('refused');
    expect(await ask('poll', poll, { since })).toMatchObject({ waiting: { until: after(40) } });
    nowMs += 20_000;
    expect(await ask('poll', poll, { since })).toMatchObject({ waiting: { until: after(50) } });
    nowMs += 10_000;
    status = 200;
    expect(await ask('poll', poll, { since })).toMatchObject({ resources: [{ outputs: { status: 200 } }] });
    expect(asked).toHaveLength(4);
  });

  it('that may not be asked is not asked again', async () => {
    status = new Fault('probe-denied', '169.254.1.1 may not be probed.', { retryable: false });
    await expect(ask('poll', { url: 'http://u:pw@x/', timeoutSeconds: 60 })).rejects.toMatchObject({
      code: 'wait-refused',
      errorClass: 'permanent',
      message: 'http://x/ cannot be waited for: 169.254.1.1 may not be probed.',
    });
  });

  it('that never does fails for good, with its last answer', async () => {
    nowMs += 50_000;
    await expect(ask('poll', poll, { since })).rejects.toMatchObject({
      code: 'wait-timed-out',
      message: expect.stringContaining('answers 503; 200 is awaited. Retry') as string,
    });
  });
});

it('waits for nothing when it is undone', async () => {
  const unit = unitOf('timer', { forSeconds: 90 });
  expect(await engine.applyOrWait({ unit }, call('d/r/gate/rollback'))).toHaveProperty('resources');
  expect(await engine.destroy()).toEqual({ removed: [] });
});

describe('a plan', () => {
  const unit = unitOf('timer', { forSeconds: 90 });
  const plan = (previous?: Partial<AppliedResource>, destroy = false) => {
    const timer = { address: 'gate', type: 'timer', properties: { forSeconds: 90 }, dependsOn: [] };
    const resource = { ...timer, outputs: { endedAt: since }, expected: {}, ...previous };
    const before = { ...unit, engine: 'wait', dependsOn: [], runId: 'r', resources: [resource] };
    const known = previous === undefined ? {} : { previous: before as AppliedUnit };
    return engine.plan({ unit, ...known, unknowns: [], destroy }).then(({ action }) => action);
  };

  it('waits once, again with other properties, and again when it is not known to have ended', async () => {
    expect(await plan()).toBe('create');
    expect(await plan({})).toBe('none');
    expect(await plan({ properties: { forSeconds: 91 } })).toBe('update');
    expect(await plan({ outputs: {} })).toBe('create');
    expect(await plan({}, true)).toBe('delete');
  });

  it.each<[string, JsonObject]>([
    ['hope', {}],
    ['timer', {}],
    ['timer', { forSeconds: 1, until: '2026-03-02T11:16:00Z' }],
    ['timer', { forSeconds: 0 }],
    ['callback', { secret: 'x' }],
    ['poll', { url: 7 }],
  ])('refuses %s %j', async (type, properties) => {
    expect(await engine.validate(unitOf(type, properties))).not.toEqual([]);
    await expect(ask(type, properties)).rejects.toMatchObject({ code: 'unit-invalid', errorClass: 'permanent' });
  });

  it('does not judge what is not known yet', async () => {
    expect(await engine.validate(unitOf('poll', { url: '${job.outputs.url}' }))).toEqual([]);
  });
});

describe('a check', () => {
  const check = { check: { kind: 'tcp', host: 'db', port: 5432 }, everySeconds: 5, timeoutSeconds: 12 };
  const refusing = (final: boolean) => ({ outcome: 'fails', why: 'db:5432 failed: refused', final }) as const;

  it('is tried until it holds', async () => {
    trial = refusing(false);
    expect(await ask('check', check)).toMatchObject({
      waiting: { reason: 'a tcp check to hold', until: after(5), touched: false },
    });
    nowMs += 10_000;
    expect(await ask('check', check, { since })).toMatchObject({ waiting: { until: after(12) } });
    trial = { outcome: 'holds' };
    expect(await ask('check', check, { since })).toMatchObject({ resources: [{ outputs: { endedAt: after(10) } }] });
  });

  it('is refused at once when another try would give the same', async () => {
    trial = refusing(true);
    await expect(ask('check', check)).rejects.toMatchObject({
      code: 'wait-refused',
      errorClass: 'permanent',
      message: expect.stringContaining('cannot be waited for: db:5432 failed: refused') as string,
    });
  });

  it('fails when its time is over', async () => {
    trial = refusing(false);
    nowMs += 12_000;
    await expect(ask('check', check, { since })).rejects.toMatchObject({
      code: 'wait-timed-out',
      message: expect.stringContaining('db:5432 failed: refused') as string,
    });
  });

  it('of a kind that cannot be tried is refused before', async () => {
    expect(await engine.validate(unitOf('check', { check: { kind: 'observed' } }))).toMatchObject([
      { address: 'check.kind' },
    ]);
  });
});
