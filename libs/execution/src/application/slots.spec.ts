import { describe, expect, it } from 'vitest';
import { Slots, type Slot, type SlotLimits, type SlotRequest } from './slots.js';

function scene(limits: Partial<SlotLimits> = {}) {
  const time = { ms: 0 };
  const all = { total: 2, perTenant: 10, perRun: 10, perEngine: {}, ...limits };
  const slots = new Slots(all, { monotonicMs: () => time.ms });
  const granted: { readonly who: string; readonly slot: Slot }[] = [];
  const ask = (tenantId: string, runId: string, more: Partial<SlotRequest> = {}): (() => void) =>
    slots.request({ tenantId, runId, engine: 'sandbox', priority: 'normal', ...more }, (slot) =>
      granted.push({ who: `${tenantId}/${runId}`, slot }),
    );
  const names = (): string[] => granted.map(({ who }) => who);
  return { slots, granted, ask, names, time };
}

describe('places', () => {
  it('are given at once while there are some, and then as they come back', () => {
    const { ask, granted, names, slots } = scene();
    for (const runId of ['1', '2', '3']) ask('a', runId);
    expect(names()).toEqual(['a/1', 'a/2']);
    granted[0]!.slot.release();
    expect(names()).toEqual(['a/1', 'a/2', 'a/3']);
    expect(slots.taken).toBe(2);
  });

  it('come back once, however often that is said', () => {
    const { ask, granted, slots } = scene();
    ask('a', '1');
    granted[0]!.slot.release();
    granted[0]!.slot.release();
    expect(slots.taken).toBe(0);
  });

  it('go round over tenants, however much one of them wants', () => {
    const { ask, granted, names } = scene({ total: 1 });
    for (let count = 0; count < 5; count += 1) ask('big', 'run');
    ask('small', 'run');
    for (let index = 0; index < 3; index += 1) granted[index]!.slot.release();
    expect(names().slice(0, 4)).toEqual(['big/run', 'small/run', 'big/run', 'big/run']);
  });

  it('go round over the runs of a tenant', () => {
    const { ask, granted, names } = scene({ total: 1 });
    for (let count = 0; count < 3; count += 1) ask('a', 'long');
    ask('a', 'short');
    granted[0]!.slot.release();
    granted[1]!.slot.release();
    expect(names()).toEqual(['a/long', 'a/short', 'a/long']);
  });

  it('keep to the bound of a run and of an engine, and pass over who may not', () => {
    const { ask, names } = scene({ total: 9, perRun: 2, perEngine: { terraform: 1 } });
    ask('a', 'one');
    ask('a', 'one');
    ask('a', 'one');
    ask('a', 'two', { engine: 'terraform' });
    ask('a', 'three', { engine: 'terraform' });
    ask('a', 'four');
    expect(names()).toEqual(['a/one', 'a/one', 'a/two', 'a/four']);
  });

  it('are not given to who no longer wants one', () => {
    const { ask, granted, names } = scene({ total: 1 });
    ask('a', '1');
    const withdraw = ask('a', '2');
    ask('a', '3');
    withdraw();
    granted[0]!.slot.release();
    expect(names()).toEqual(['a/1', 'a/3']);
  });

  it('keep to the bound of a tenant', () => {
    const { ask, names } = scene({ total: 9, perTenant: 2 });
    for (const runId of ['1', '2', '3']) ask('a', runId);
    ask('b', '1');
    expect(names()).toEqual(['a/1', 'a/2', 'b/1']);
  });

  it('of a tenant that comes and goes are not taken before those of one that stays', () => {
    const { ask, granted, names } = scene({ total: 1 });
    for (let count = 0; count < 4; count += 1) ask('stays', 'run');
    ask('comes', 'first');
    granted[0]!.slot.release();
    granted[1]!.slot.release(); // It has nothing and wants nothing now.
    ask('comes', 'second');
    granted[2]!.slot.release();
    granted[3]!.slot.release();
    expect(names()).toEqual(['stays/run', 'comes/first', 'stays/run', 'comes/second', 'stays/run']);
  });
});

describe('urgent runs', () => {
  const MINUTE_MS = 60_000;

  it('go first within their tenant, and delay no other tenant', () => {
    const { ask, granted, names } = scene({ total: 1 });
    ask('a', 'running');
    ask('a', 'low', { priority: 'low' });
    ask('a', 'normal');
    ask('a', 'urgent', { priority: 'urgent' });
    ask('a', 'high', { priority: 'high' });
    ask('b', 'low', { priority: 'low' });
    for (let index = 0; index < 5; index += 1) granted[index]!.slot.release();
    expect(names()).toEqual(['a/running', 'b/low', 'a/urgent', 'a/high', 'a/normal', 'a/low']);
  });

  it('cannot keep a run waiting for ever: waiting makes it urgent', () => {
    const { ask, granted, names, time } = scene({ total: 1 });
    ask('a', 'running');
    ask('a', 'low', { priority: 'low' });
    const places: number[] = [];
    for (let minute = 0; minute <= 120; minute += 5) {
      time.ms = minute * MINUTE_MS;
      ask('a', `urgent-${minute}`, { priority: 'urgent' });
      granted.at(-1)!.slot.release();
      if (names().at(-1) === 'a/low') places.push(minute);
    }
    expect(places).toEqual([60]);
  });
});
