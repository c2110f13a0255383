import { Check } from '@caisson/contracts';
import { Fault, type Clock, type JsonObject } from '@caisson/kernel';
import { describe, expect, it } from 'vitest';
import { runCheck, settlingMsOf, tryCheck, type CheckAround } from './checks.js';
import type { CheckCommand, CheckWorld } from './ports.js';

interface Scene {
  readonly around: CheckAround;
  readonly asked: string[];
  readonly slept: number[];
}

/** A world in which time passes only while somebody sleeps. */
function scene(world: Partial<CheckWorld> = {}): Scene {
  const asked: string[] = [];
  const slept: number[] = [];
  let nowMs = 0;
  const clock: Clock = {
    now: () => new Date(nowMs).toISOString(),
    monotonicMs: () => nowMs,
    sleep: async (ms, signal) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (signal?.aborted === true) return; // Somebody answered meanwhile.
      slept.push(ms);
      nowMs += ms;
    },
  };
  const all: CheckWorld = {
    status: async (url) => {
      asked.push(url);
      return 200;
    },
    connect: async ({ host, port }) => void asked.push(`${host}:${port}`),
    run: async ({ args, command }: CheckCommand) => {
      asked.push([command, ...args].join(' '));
      return 0;
    },
    ...world,
  };
  const web = { outputs: { url: 'http://web', port: 8080, tags: ['a', 'b'], count: 3, empty: '' }, properties: {} };
  const lookup = (name: string) => (name === 'web' ? web : undefined);
  const signal = new AbortController().signal;
  const ids = { tenantId: 't', deploymentId: 'd' };
  return { around: { clock, world: all, signal, ...ids, lookup, log: () => undefined }, asked, slept };
}

const run = ({ around }: Scene, check: JsonObject) => runCheck(around, { address: 'web', check });

describe('a check that asks the world', () => {
  it.each<[JsonObject, string]>([
    [{ kind: 'http', url: '${web.outputs.url}/healthz' }, 'http://web/healthz'],
    [{ kind: 'tcp', host: 'db', port: '${web.outputs.port}' }, 'db:8080'],
    [{ kind: 'tcp', host: 'db', port: 5432 }, 'db:5432'],
    [{ kind: 'command', command: 'dig', args: ['@127.0.0.1', '${web.outputs.port}'] }, 'dig @127.0.0.1 8080'],
  ])('%j holds, with its references resolved', async (check, asks) => {
    const told = scene();
    expect(await run(told, check)).toBeUndefined();
    expect(told.asked).toEqual([asks]);
  });

  it('is tried at its interval until it holds', async () => {
    let answers = 0;
    const told = scene({ status: async () => ((answers += 1) < 4 ? 503 : 200) });
    expect(await run(told, { kind: 'http', url: 'http://x', everyMs: 2_000 })).toBeUndefined();
    expect(told.slept).toEqual([2_000, 2_000, 2_000]);
  });

  it.each<[JsonObject, Partial<CheckWorld>, RegExp]>([
    [
      { kind: 'http', url: 'http://x', withinMs: 5_000 },
      { status: async () => 503 },
      /answers 503, not 200, after 6 tries within 5000 ms/,
    ],
    [{ kind: 'http', url: 'http://x', triesMax: 2 }, { status: async () => 503 }, /after 2 tries/],
    [
      { kind: 'tcp', host: 'db', port: 1, triesMax: 1 },
      { connect: () => Promise.reject(new Error('connect ECONNREFUSED')) },
      /db:1 failed: connect ECONNREFUSED, after one try/,
    ],
    [{ kind: 'command', command: 'dig', triesMax: 1 }, { run: async () => 9 }, /"dig" ended with 9, not 0/],
    [
      { kind: 'command', command: 'dig', triesMax: 1 },
      { run: async () => undefined },
      /"dig" ended with a signal, not 0/,
    ],
  ])('%j fails within its bounds', async (check, world, detail) => {
    expect(await run(scene(world), check)).toMatchObject({
      address: 'web',
      severity: 'error',
      detail: expect.stringMatching(detail) as string,
    });
  });

  it.each([
    [false, 1],
    [true, 4],
  ])('that is refused (worth another try: %s) is tried %i times', async (retryable, tries) => {
    let tried = 0;
    const status = async (): Promise<number> => {
      tried += 1;
      throw new Fault('probe-denied', 'It may not be probed.', { retryable });
    };
    const wrong = await run(scene({ status }), { kind: 'http', url: 'http://x', withinMs: 3_000 });
    expect(wrong?.detail).toContain('It may not be probed, after ');
    expect(tried).toBe(tries);
  });

  it('shows no secret of its URL', async () => {
    const url = 'http://mia:sesame@x/health?token=sesame#sesame';
    const shown = await run(scene({ status: async () => 503 }), { kind: 'http', url, triesMax: 1 });
    expect(shown?.detail).toBe('http://x/health?… answers 503, not 200, after one try within 30000 ms.');
  });

  it('fails when it refers to nothing, or is no check', async () => {
    expect(await run(scene(), { kind: 'http', url: '${db.outputs.url}' })).toMatchObject({
      detail: expect.stringMatching(/db/) as string,
    });
    expect(await run(scene(), { kind: 'hope' })).toMatchObject({
      detail: expect.stringMatching(/^It is no check: kind /) as string,
    });
    expect(await run(scene(), { kind: 'http', url: 'http://x', everyMs: 1 })).toMatchObject({
      detail: expect.stringMatching(/everyMs /) as string,
    });
  });

  it.each([
    ['${web.outputs.url}', '${web.outputs.url} is "http://web", which is no port'],
    ['${web.outputs.tags}', '${web.outputs.tags} is ["a","b"], which is no port'],
    ['${web.outputs.empty}', '${web.outputs.empty} is "", which is no port'],
  ])('says what %s gave instead of a port, and asks nobody', async (port, detail) => {
    const told = scene();
    const wrong = await run(told, { kind: 'tcp', host: 'db', port });
    expect(wrong?.detail).toContain(detail);
    expect(told.asked).toEqual([]);
  });
});

describe('a check of a value', () => {
  it.each<[string, JsonObject, boolean]>([
    ['${web.outputs.count}', { test: 'equals', expected: 3 }, true],
    ['${web.outputs.count}', { test: 'equals', expected: '3' }, true],
    ['${web.outputs.count}', { test: 'equals', expected: 4 }, false],
    ['${web.outputs.count}', { test: 'differs', expected: 4 }, true],
    ['${web.outputs.count}', { test: 'at_least', expected: 3 }, true],
    ['${web.outputs.count}', { test: 'at_most', expected: 2 }, false],
    ['${web.outputs.tags}', { test: 'contains', expected: 'b' }, true],
    ['${web.outputs.tags}', { test: 'contains', expected: 'c' }, false],
    ['${web.outputs.url}', { test: 'contains', expected: '://' }, true],
    ['${web.outputs.url}', {}, true],
    ['${web.outputs.empty}', {}, false],
    ['at ${web.outputs.url}', { test: 'equals', expected: 'at http://web' }, true],
  ])('%s %j: %s', async (value, check, holds) => {
    expect((await run(scene(), { kind: 'output', value, ...check })) === undefined).toBe(holds);
  });
});

it('knows how long a resource may differ', () => {
  const observed = Check.parse({ kind: 'observed', withinMs: 60_000 });
  expect(settlingMsOf([observed as unknown as JsonObject, { kind: 'http', withinMs: 90_000 }])).toBe(60_000);
  expect(settlingMsOf([])).toBe(0);
});

describe('one try', () => {
  it('asks once, and says what is wrong and whether to come back', async () => {
    const told = scene({ status: async () => 503 });
    const http = { kind: 'http', url: 'http://web/healthz' };
    expect(await tryCheck(told.around, http)).toEqual({
      ...{ outcome: 'fails', why: 'http://web/healthz answers 503, not 200', final: false },
    });
    expect(await tryCheck(told.around, { kind: 'tcp', host: 'db', port: '5432' })).toEqual({ outcome: 'holds' });
    expect(told.asked).toEqual(['db:5432']);
    expect(told.slept).toEqual([]);
  });

  it.each<[string, JsonObject]>([
    ['a value', { kind: 'output', value: 'red', test: 'equals', expected: 'green' }],
    ['no port', { kind: 'tcp', host: 'db', port: 'http' }],
    ['no check', { kind: 'moon' }],
  ])('of %s that cannot come to hold is final', async (_what, check) => {
    expect(await tryCheck(scene().around, check)).toMatchObject({ outcome: 'fails', final: true });
  });

  it('of what may not be asked is final', async () => {
    const denied = async () => {
      throw new Fault('probe-denied', 'It may not be asked.', { retryable: false });
    };
    const check = { kind: 'tcp', host: 'db', port: 5432 };
    expect(await tryCheck(scene({ connect: denied }).around, check)).toMatchObject({ outcome: 'fails', final: true });
  });
});
