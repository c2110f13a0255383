import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineOffers } from './engine-offer.js';
import { applied, cloud, desired, lookup, offersOf, request, type Resource } from './planning.fixtures.spec.js';
import { criticalPathMs } from './critical-path.js';
import { prepareUnits } from './prepare-units.js';

const offers = offersOf('cloud');

function prepared(resources: readonly Resource[], before: Parameters<typeof request>[1] = []) {
  const result = prepareUnits(request(desired(resources), before), { offers, lookup });
  if (result.outcome === 'refused') throw new Error(JSON.stringify(result));
  return result;
}

function refused(resources: readonly Resource[], installed: EngineOffers = offers, before = [applied('x')].slice(1)) {
  return prepareUnits(request(desired(resources), before), { offers: installed, lookup });
}

describe('units', () => {
  it('are the resources, or their copies', () => {
    const { drafts } = prepared([{ name: 'base' }, { name: 'web', count: 3 }]);
    expect(drafts.map(({ unitId }) => unitId)).toEqual(['base', 'web[0]', 'web[1]', 'web[2]']);
  });

  it('depend on what they name and what they refer to, once each', () => {
    const { drafts } = prepared([
      { name: 'net', count: 2 },
      { name: 'db' },
      { name: 'web', dependsOn: ['net', 'db'], properties: { of: ['${db.id}', 'x ${net[1].id} y'] } },
    ]);
    expect(drafts.at(-1)).toMatchObject({
      dependsOn: ['net[0]', 'net[1]', 'db'],
      resources: [{ dependsOn: ['net[0]', 'net[1]', 'db'], hasReferences: true }],
    });
  });

  it('name their own copy in their checks', () => {
    const checks = [{ kind: 'http' as const, url: '${web.outputs.url}/x?of=${db.id}' }];
    const { drafts } = prepared([{ name: 'db' }, { name: 'web', count: 2, checks }]);
    expect(drafts[2]?.resources[0]?.checks).toMatchObject([{ url: '${web[1].outputs.url}/x?of=${db.id}' }]);
  });
});

describe('the engine', () => {
  it('is the named one', () => {
    const two = offersOf('cloud', 'other');
    const result = prepareUnits(request(desired([{ engine: 'other' }])), { offers: two, lookup });
    expect(result).toMatchObject({ outcome: 'prepared', drafts: [{ engine: 'other', provider: 'other' }] });
  });

  it('is the one of the provider, else the only one that has the type', () => {
    const two = offersOf('cloud', 'other');
    expect(refused([{ provider: 'other' }], two)).toMatchObject({ drafts: [{ engine: 'other' }] });
    expect(refused([{}])).toMatchObject({ drafts: [{ engine: 'cloud', provider: 'cloud' }] });
  });

  const broken: EngineOffers = new Map([
    ['cloud', cloud],
    ['terraform', { outcome: 'unavailable', reason: 'There is no terraform on PATH' }],
  ]);

  it.each([
    { reason: 'is not clear', resources: [{}], installed: offersOf('a', 'b'), code: 'unknown-engine', word: 'a, b' },
    {
      reason: 'does not exist',
      resources: [{ engine: 'magic' }],
      installed: offers,
      code: 'unknown-engine',
      word: 'cloud',
    },
    {
      reason: 'lacks the type',
      resources: [{ engine: 'cloud', type: 'moon' }],
      installed: offers,
      code: 'unknown-type',
      word: 'cdn',
    },
    {
      reason: 'is nowhere',
      resources: [{ type: 'moon' }],
      installed: offers,
      code: 'unknown-type',
      word: 'dns (cloud)',
    },
    {
      reason: 'is away',
      resources: [{ engine: 'terraform' }],
      installed: broken,
      code: 'engine-unavailable',
      word: 'on PATH',
    },
  ])('that $reason is refused with the resource and the remedy', ({ resources, installed, code, word }) => {
    const result = refused(resources, installed);
    expect(result).toMatchObject({ outcome: 'refused', code, diagnostics: [{ severity: 'error', address: 'r0' }] });
    expect(JSON.stringify(result)).toContain(word);
  });

  it('is what the type table maps the type and its provider to', () => {
    const installed = new Map([...offersOf('cloud'), ...offersOf('terraform')]);
    expect(refused([{ provider: 'aws' }], installed)).toMatchObject({
      drafts: [
        {
          ...{ engine: 'terraform', provider: 'aws', plugin: { source: 'hashicorp/aws' } },
          resources: [{ type: 'aws_instance', mapping: { source: 'hashicorp/aws' } }],
        },
      ],
    });
    expect(refused([{ provider: 'aws', engine: 'cloud' }], installed)).toMatchObject({
      drafts: [{ engine: 'cloud', provider: 'aws', resources: [{ type: 'compute' }] }],
    });
  });

  it('of a pair that nobody mapped is refused by name, never guessed', () => {
    const result = refused([
      { type: 'cdn', provider: 'gcp' },
      { type: 'compute', provider: 'moon' },
    ]);
    expect(result).toMatchObject({
      code: 'unmapped-type',
      diagnostics: [
        { address: 'r0', summary: 'The type "cdn" of provider "gcp" is not in the type table.' },
        { address: 'r1', detail: expect.stringContaining('aws, azure, gcp') as string },
      ],
    });
    expect(JSON.stringify(result)).toContain('take it from aws');
  });

  it('that nobody needs may be away', () => {
    expect(refused([{ engine: 'cloud' }], broken)).toMatchObject({ outcome: 'prepared' });
  });
});

describe('what cannot be planned', () => {
  it('is refused whole: every problem of the desired state', () => {
    const result = refused([{ dependsOn: ['r1'] }, { dependsOn: ['r0'], properties: { x: '${gone.id}' } }]);
    expect(result).toMatchObject({
      code: 'desired-state-invalid',
      diagnostics: [
        { address: '/resources/1/properties/x' },
        { summary: expect.stringContaining('r0 → r1 → r0') as string },
      ],
    });
  });

  it('names a unit that would change its kind', () => {
    const result = refused([{ name: 'db', type: 'database' }], offers, [applied('db')]);
    expect(result).toMatchObject({ code: 'unit-retyped', diagnostics: [{ address: 'db' }] });
  });

  it('names what must not go', () => {
    const wanted = desired([{ name: 'db', lifecycle: { preventDestroy: true } }, { name: 'web' }]);
    const result = prepareUnits(request(wanted, [applied('db'), applied('web')], 'destroy'), { offers, lookup });
    expect(result).toMatchObject({ code: 'destroy-prevented', diagnostics: [{ address: 'db' }] });
  });

  it('names the copies that must not go when there are to be fewer', () => {
    const few = [{ name: 'a', count: 1, lifecycle: { preventDestroy: true } }];
    const result = refused(few, offers, [applied('a[0]'), applied('a[1]')]);
    expect(result).toMatchObject({ code: 'destroy-prevented', diagnostics: [{ address: 'a[1]' }] });
  });

  it('names what must not go by its record when it is desired no more, until it is desired otherwise', () => {
    const lifecycle = { preventDestroy: true, createBeforeDestroy: false, ignoreChanges: [] };
    const before = [applied('db', { lifecycle }), applied('web')];
    expect(refused([{ name: 'web' }], offers, before)).toMatchObject({
      code: 'destroy-prevented',
      diagnostics: [{ address: 'db', summary: expect.stringContaining('db would be removed') as string }],
    });
    const few = [{ name: 'db', count: 1, lifecycle: { preventDestroy: false } }];
    expect(refused(few, offers, [applied('db[0]', { lifecycle }), applied('db[1]', { lifecycle })])).toMatchObject({
      outcome: 'prepared',
    });
  });

  it('names the engine that made what is to go and is not there any more', () => {
    const result = refused([{}], offers, [applied('old', { engine: 'magic' })]);
    expect(result).toMatchObject({ code: 'unknown-engine' });
  });
});

describe('the order', () => {
  it('is waves: what is needed first', () => {
    const { order } = prepared([
      { name: 'web', dependsOn: ['net', 'db'] },
      { name: 'net' },
      { name: 'db', dependsOn: ['net'] },
      { name: 'dns' },
    ]);
    expect(order.waves).toEqual([['net', 'dns'], ['db'], ['web']]);
    expect(order.edges).toEqual([
      ['net', 'web'],
      ['db', 'web'],
      ['net', 'db'],
    ]);
  });

  it('removes after everything that used it, users first', () => {
    const before = [
      applied('net'),
      applied('db', { dependsOn: ['net'] }),
      applied('web', { dependsOn: ['net', 'db'] }),
    ];
    expect(prepared([{ name: 'web' }], before).order.waves).toEqual([['web'], ['db'], ['net']]);
  });

  it('is reversed for a destroy run', () => {
    const before = [applied('net'), applied('db', { dependsOn: ['net'] }), applied('web', { dependsOn: ['db'] })];
    const result = prepareUnits(request(desired([{ name: 'web' }]), before, 'destroy'), { offers, lookup });
    expect(result).toMatchObject({ drafts: [], order: { waves: [['web'], ['db'], ['net']] } });
  });

  it('survives records of different runs that contradict each other', () => {
    const before = [applied('a', { dependsOn: ['b'] }), applied('b', { dependsOn: ['a'] })];
    expect(prepared([{ name: 'c' }], before).order.waves).toEqual([['c'], ['a'], ['b']]);
  });

  it('has a critical path: the longest chain', () => {
    const { order } = prepared([{ name: 'a' }, { name: 'b', dependsOn: ['a'] }, { name: 'c' }]);
    const ms: Record<string, number> = { a: 10, b: 5, c: 12 };
    const units = Object.entries(ms).map(([unitId, estimatedMs]) => ({
      ...{ unitId, engine: 'cloud', provider: 'cloud', action: 'create' as const, dependsOn: [] },
      ...{ estimatedMs, costPerMonth: 0 },
      resources: [
        {
          ...{ address: unitId, type: 'compute', properties: {}, dependsOn: [], checks: [] },
          ...{ action: 'create' as const, estimatedMs, costPerMonth: 0 },
        },
      ],
    }));
    expect(criticalPathMs(order, units)).toBe(15);
  });

  it('never starts a unit before what it needs, nor removes one before its users', () => {
    const shape = fc.array(fc.record({ needs: fc.array(fc.nat(30), { maxLength: 4 }), kept: fc.boolean() }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(shape, (nodes) => {
        const needsOf = (index: number) =>
          [...new Set(nodes[index]!.needs)].filter((need) => need < index).map((need) => `u${need}`);
        const before = nodes.map((_node, index) => applied(`u${index}`, { dependsOn: needsOf(index) }));
        const keptNames = new Set(nodes.flatMap(({ kept }, index) => (kept ? [`u${index}`] : [])));
        const resources = nodes.flatMap(({ kept }, index) =>
          kept ? [{ name: `u${index}`, dependsOn: needsOf(index).filter((name) => keptNames.has(name)) }] : [],
        );
        const { order, drafts } = prepared([...resources, { name: 'always' }], before);
        const waveOf = new Map(order.waves.flatMap((wave, index) => wave.map((id) => [id, index] as const)));
        expect(waveOf.size).toBe(new Set([...keptNames, ...before.map(({ unitId }) => unitId), 'always']).size);
        for (const draft of drafts) {
          for (const need of draft.dependsOn) expect(waveOf.get(need)).toBeLessThan(waveOf.get(draft.unitId)!);
        }
        for (const unit of before) {
          for (const used of unit.dependsOn) {
            if (!keptNames.has(used)) expect(waveOf.get(unit.unitId)).toBeLessThan(waveOf.get(used)!);
          }
        }
      }),
    );
  });
});
