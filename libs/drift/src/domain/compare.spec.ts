import { attributeAt } from '@caisson/engine';
import { jsonEquals, type Json, type JsonObject } from '@caisson/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareUnit, type UnitFinding } from './compare.js';
import { BUILT_IN_POLICY } from './drift-policy.js';

const web: JsonObject = {
  'server.web': { id: 'srv-1', status: 'active', flavor: 'm1.small', ports: [80, 443], tags: { owner: 'shop' } },
};

const { severities } = BUILT_IN_POLICY.content;

const unitOf = (expected: JsonObject) => ({
  unitId: 'web',
  resources: [{ address: 'web', type: 'server', expected }],
});

function itemsOf(expected: JsonObject, observed: JsonObject) {
  const sighting = { outcome: 'observed', resources: [{ address: 'web', expected: observed }] } as const;
  const finding = compareUnit(unitOf(expected), sighting, severities);
  return finding.outcome === 'compared' ? finding.items : [];
}

const changed = (change: JsonObject): JsonObject => ({
  'server.web': { ...(web['server.web'] as JsonObject), ...change },
});

describe('what differs', () => {
  it.each<[string, JsonObject, object[]]>([
    ['nothing', web, []],
    [
      'a property, by its path',
      changed({ flavor: 'm1.large' }),
      [{ type: 'property_changed', severity: 'medium', path: 'flavor', expected: 'm1.small', actual: 'm1.large' }],
    ],
    [
      'an item of a list',
      changed({ ports: [80, 8443] }),
      [{ type: 'property_changed', path: 'ports.1', expected: 443, actual: 8443 }],
    ],
    [
      'a list that grew, as a whole',
      changed({ ports: [80, 443, 22] }),
      [{ type: 'property_changed', path: 'ports', expected: [80, 443], actual: [80, 443, 22] }],
    ],
    [
      'tags, one by one',
      changed({ tags: { team: 'blue' } }),
      [
        { type: 'tag_mismatch', severity: 'low', path: 'tags.owner', expected: 'shop' },
        { type: 'tag_mismatch', severity: 'low', path: 'tags.team', actual: 'blue' },
      ],
    ],
    [
      'its state',
      changed({ status: 'stopped' }),
      [{ type: 'state_mismatch', severity: 'high', path: 'status', expected: 'active', actual: 'stopped' }],
    ],
    [
      'null where a value was',
      changed({ flavor: null }),
      [{ type: 'property_changed', path: 'flavor', expected: 'm1.small', actual: null }],
    ],
    [
      'a resource too many',
      { ...web, 'server.web#srv-2': { id: 'srv-2' } },
      [{ type: 'resource_added', severity: 'medium', address: 'server.web#srv-2', path: '', actual: { id: 'srv-2' } }],
    ],
    [
      'a missing resource',
      {},
      [
        {
          type: 'resource_removed',
          severity: 'critical',
          address: 'server.web',
          path: '',
          expected: web['server.web'],
        },
      ],
    ],
  ])('is %s', (_what, observed, items) => {
    expect(itemsOf(web, observed)).toMatchObject(items);
    expect(itemsOf(web, observed)).toHaveLength(items.length);
  });

  it('is every resource of a unit that is absent', () => {
    const finding = compareUnit(unitOf({ a: {}, b: {} }), { outcome: 'absent' }, severities);
    expect(finding).toMatchObject({ items: [{ type: 'resource_removed' }, { type: 'resource_removed' }] });
    expect(compareUnit(unitOf({}), { outcome: 'absent' }, severities)).toMatchObject({ items: [] });
  });

  it('is told by resource where a unit has several', () => {
    const resources = ['a', 'b', 'c'].map((address) => ({
      address,
      type: 'server',
      expected: { [`x.${address}`]: { size: 1 } },
    }));
    const [same, changed] = [resources[0]!, { address: 'b', expected: { 'x.b': { size: 2 } } }];
    const strange = { address: 'd', expected: { 'x.d': {} } };
    const seen = { outcome: 'observed', resources: [strange, changed, same] } as const;
    expect(compareUnit({ unitId: 'u.1', resources }, seen, severities)).toMatchObject({
      unitId: 'u.1',
      items: [
        { resource: 'b', address: 'x.b', path: 'size', type: 'property_changed' },
        { resource: 'c', address: 'x.c', type: 'resource_removed' },
        { resource: 'd', address: 'x.d', type: 'resource_added' },
      ],
    });
  });

  it('shows a list in another order as one difference', () => {
    const list = (ports: Json) => ({ 'server.web': { ports } });
    expect(itemsOf(list([1, 2, 3]), list([3, 1, 2]))).toMatchObject([{ path: 'ports', actual: [3, 1, 2] }]);
    expect(itemsOf(list([1, 2, 3]), list([1, 2, 4]))).toMatchObject([{ path: 'ports.2', actual: 4 }]);
  });

  it('shows a long value by its digest', () => {
    const [item] = itemsOf(web, changed({ flavor: 'x'.repeat(3000) }));
    expect(item?.actual).toMatch(/^\(3000 characters, sha256:[0-9a-f]{64}\)$/);
  });
});

// Keys without dots, so that a path can be followed back.
const json = fc
  .json({ maxDepth: 3 })
  .filter((text) => !/\.[^"]*":/.test(text))
  .map((text) => JSON.parse(text) as Json);
const resource = fc.dictionary(fc.constantFrom('id', 'status', 'tags', 'size', 'list', '__proto__'), json, {
  noNullPrototype: true,
});
const resources = fc.dictionary(fc.constantFrom('a', 'b', 'c'), resource, {
  noNullPrototype: true,
}) as fc.Arbitrary<JsonObject>;

describe('for any two sides', () => {
  it('an unreadable unit is unknown: never drift', () => {
    fc.assert(
      fc.property(resources, fc.string(), (expected, reason) => {
        const finding: UnitFinding = compareUnit(unitOf(expected), { outcome: 'unreadable', reason }, severities);
        expect(finding.outcome).toBe('unreadable');
        expect(finding).not.toHaveProperty('items');
      }),
    );
  });

  it('there is drift exactly when they are not equal, whatever the order of keys', () => {
    fc.assert(
      fc.property(resources, resources, (expected, observed) => {
        expect(itemsOf(expected, observed).length === 0).toBe(jsonEquals(expected, observed));
        expect(itemsOf(expected, reversed(expected) as JsonObject)).toEqual([]);
      }),
    );
  });

  it('each item tells the truth about both sides at its path', () => {
    fc.assert(
      fc.property(resources, resources, (expected, observed) => {
        for (const item of itemsOf(expected, observed)) {
          const at = (side: JsonObject): Json | undefined => {
            const found = Object.hasOwn(side, item.address) ? side[item.address] : undefined;
            if (found === undefined || item.path === '') return found;
            return attributeAt(found, item.path);
          };
          if (pathIsPlain(item.path)) {
            expect(item.expected).toEqual(at(expected));
            expect(item.actual).toEqual(at(observed));
          }
        }
      }),
    );
  });

  it('what one side calls removed, the other calls added, at the same places', () => {
    const mirror = { resource_removed: 'resource_added', resource_added: 'resource_removed' } as const;
    fc.assert(
      fc.property(resources, resources, (expected, observed) => {
        const there = itemsOf(expected, observed);
        const back = itemsOf(observed, expected);
        expect(back.map(({ address, path }) => [address, path])).toEqual(
          there.map(({ address, path }) => [address, path]),
        );
        expect(back.map(({ type }) => type)).toEqual(
          there.map(({ type }) => (type === 'resource_removed' || type === 'resource_added' ? mirror[type] : type)),
        );
      }),
    );
  });
});

/** Whether the keys on the way hold no dots and are not empty, as keys of generated JSON may. */
function pathIsPlain(path: string): boolean {
  return path === '' || path.split('.').every((key) => /^(id|status|tags|size|list|\d+)$/.test(key));
}

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}
