import type { AppliedResource, AppliedUnit } from '@caisson/contracts';
import { describe, expect, it } from 'vitest';
import type { EngineOffers } from './engine-offer.js';
import { applied, cloud, desired, lookup, request, type Resource } from './planning.fixtures.spec.js';
import { prepareUnits } from './prepare-units.js';

const several = { ...cloud, resourcesPerUnitMax: 100, alone: ['container'] };
const offers: EngineOffers = new Map([
  ['tool', several],
  ['cloud', cloud],
]);

function result(resources: readonly Resource[], before: readonly AppliedUnit[] = []) {
  const named = resources.map((resource) => ({ engine: 'tool', ...resource }));
  return prepareUnits(request(desired(named), before), { offers, lookup });
}

function prepared(resources: readonly Resource[], before: readonly AppliedUnit[] = []) {
  const found = result(resources, before);
  if (found.outcome === 'refused') throw new Error(JSON.stringify(found));
  return found;
}

/** Units with the addresses of their resources. */
function units(resources: readonly Resource[], before: readonly AppliedUnit[] = []) {
  const { drafts } = prepared(resources, before);
  return drafts.map((draft) => [draft.unitId, ...draft.resources.map(({ address }) => address)]);
}

function standing(unitId: string, addresses: readonly string[], changes: Partial<AppliedResource> = {}): AppliedUnit {
  const one = applied(unitId, { engine: 'tool', ...changes });
  return { ...one, resources: addresses.map((address) => ({ ...one.resources[0]!, address })) };
}

describe('units', () => {
  it('of a thousand resources are ten', () => {
    const found = units(Array.from({ length: 10 }, (_, index) => ({ name: `r${index}`, count: 100 })));
    expect(found.map(([unitId]) => unitId)).toEqual(Array.from({ length: 10 }, (_, index) => `tool.${index + 1}`));
    expect(found.every(({ length }) => length === 101)).toBe(true);
  });

  it('are one for each region and credential, and for each resource of a type that is alone', () => {
    const resources = [
      { name: 'a', region: 'north' },
      { name: 'b', region: 'south' },
      { name: 'c', region: 'north' },
      { name: 'd', region: 'north', credential: 'other' },
      { name: 'e', type: 'container', region: 'north' },
    ];
    expect(units(resources)).toEqual([
      ['tool.1', 'a', 'c'],
      ['tool.2', 'b'],
      ['tool.3', 'd'],
      ['e', 'e'],
    ]);
  });

  it('part where another engine comes between, and wait for each other in that order', () => {
    const { drafts, order } = prepared([
      { name: 'base' },
      { name: 'net', engine: 'cloud', properties: { of: '${base.id}' } },
      { name: 'app', properties: { in: '${net.id}', on: '${base.id}' } },
    ]);
    expect(drafts.map(({ dependsOn, unitId }) => [unitId, dependsOn])).toEqual([
      ['tool.1', []],
      ['net', ['tool.1']],
      ['tool.2', ['net', 'tool.1']],
    ]);
    expect(order.waves).toEqual([['tool.1'], ['net'], ['tool.2']]);
  });
});

describe('from run to run', () => {
  it('what is applied stays in its unit, what is new fills it up, and a new unit takes a free number', () => {
    const before = [
      standing(
        'tool.2',
        Array.from({ length: 99 }, (_, index) => `old[${index}]`),
      ),
    ];
    const found = units(
      [
        { name: 'new', count: 2 },
        { name: 'old', count: 99 },
      ],
      before,
    );
    expect(found.map(([unitId, ...rest]) => [unitId, rest.length])).toEqual([
      ['tool.2', 100],
      ['tool.1', 1],
    ]);
  });

  it('a unit loses what is no longer desired, and goes when nothing is left', () => {
    const before = [standing('tool.1', ['a', 'b']), standing('tool.2', ['c'])];
    const { deletions, drafts } = prepared([{ name: 'a' }], before);
    expect(drafts).toMatchObject([{ unitId: 'tool.1', leaving: [{ address: 'b' }] }]);
    expect(deletions.map(({ unitId }) => unitId)).toEqual(['tool.2']);
  });

  it('a unit that loses something comes after the units that used it', () => {
    const user = standing('tool.2', ['user'], { dependsOn: ['used'] });
    const { order } = prepared([{ name: 'kept' }, { name: 'user' }], [standing('tool.1', ['kept', 'used']), user]);
    expect(order.waves).toEqual([['tool.2'], ['tool.1']]);
  });

  it('resources that cannot stay together are refused by name, with the remedy', () => {
    const before = [standing('tool.1', ['a', 'b'])];
    const between = result(
      [{ name: 'a' }, { name: 'x', engine: 'cloud', dependsOn: ['a'] }, { name: 'b', dependsOn: ['x'] }],
      before,
    );
    expect(between).toMatchObject({ code: 'unit-cycle' });
    expect(JSON.stringify(between)).toContain('Give one of them a new name');
    const split = result([{ name: 'a' }, { name: 'b', credential: 'other' }], before);
    expect(split).toMatchObject({ code: 'unit-split', diagnostics: [{ address: 'b' }] });
    expect(result([{ name: 'a', region: 'south' }, { name: 'b' }], before)).toMatchObject({ code: 'unit-retyped' });
  });
});
