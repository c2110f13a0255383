import { describe, expect, it } from 'vitest';
import { Slots, type Slot, type SlotLimits } from './slots.js';

function scene(limits: Partial<SlotLimits> = {}) {
  const slots = new Slots({ total: 2, perRun: 10, perEngine: {}, ...limits });
  const granted: { readonly who: string; readonly slot: Slot }[] = [];
  const ask = (tenantId: string, runId: string, engine = 'sandbox'): (() => void) =>
    slots.request({ tenantId, runId, engine }, (slot) => granted.push({ who: `${tenantId}/${runId}`, slot }));
  const names = (): string[] => granted.map(({ who }) => who);
  return { slots, granted, ask, names };
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
    ask('a', 'two', 'terraform');
    ask('a', 'three', 'terraform');
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
});
