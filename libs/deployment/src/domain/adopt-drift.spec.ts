import type { AppliedUnit } from '@caisson/contracts';
import { describe, expect, it } from 'vitest';
import { adoptDrift, type FoundDrift } from './adopt-drift.js';
import { desired, unit } from './deployment.fixtures.spec.js';

const shop = desired({
  resources: [
    {
      name: 'web',
      engine: 'sandbox',
      type: 'server',
      count: 2,
      properties: { flavor: 'm1.small', ports: [{ from: 80 }], network: '${lan.id}' },
      tags: { team: 'shop' },
    },
    { name: 'db', engine: 'sandbox', type: 'server', properties: { flavor: 'm1.large' }, dependsOn: ['lan'] },
    { name: 'lan', engine: 'sandbox', type: 'network', properties: { cidr: '10.0.0.0/16' } },
  ],
  outputs: {},
});

const seen = { flavor: 'm1.small', ports: [{ from: 80 }], network: 'net-1', tags: { team: 'shop' }, ip: '10.0.0.1' };

function server(address: string, expected: object = seen): AppliedUnit {
  const [resource] = unit(address).resources;
  const properties = { flavor: 'm1.small', ports: [{ from: 80 }], network: 'net-1' };
  const thing = { [`server.${address}`]: expected } as AppliedUnit['resources'][number]['expected'];
  return {
    ...unit(address),
    resources: [{ ...resource!, properties, tags: { team: 'shop' }, expected: thing }],
    dependsOn: ['lan'],
  };
}

const applied = [unit('lan'), server('web[0]'), server('web[1]'), server('db', { flavor: 'm1.large' })];

function found(resource: string, path: string, sides: Partial<FoundDrift>): FoundDrift {
  return { unitId: resource, resource, address: `server.${resource}`, type: 'property_changed', path, ...sides };
}

const onBoth = (path: string, sides: Partial<FoundDrift>) => [
  found('web[0]', path, sides),
  found('web[1]', path, sides),
];

function adopted(...items: readonly FoundDrift[]) {
  const outcome = adoptDrift({ desired: shop, applied }, items);
  if (outcome.outcome === 'impossible') throw new Error(JSON.stringify(outcome.problems));
  const resources = new Map(outcome.desired.resources.map((resource) => [resource.name, resource]));
  const units = new Map(outcome.applied.map((one) => [one.unitId, one]));
  return { resources, units, expectedOf: (id: string) => units.get(id)?.resources[0]?.expected[`server.${id}`] };
}

describe('adopting', () => {
  it('has what is desired and what is expected follow the world, and leaves the rest', () => {
    const { expectedOf, resources, units } = adopted(
      ...onBoth('flavor', { expected: 'm1.small', actual: 'm1.large' }),
      ...onBoth('ports.0.from', { expected: 80, actual: 8080 }),
    );
    expect(resources.get('web')?.properties).toEqual({
      flavor: 'm1.large',
      ports: [{ from: 8080 }],
      network: '${lan.id}',
    });
    expect(resources.get('db')).toEqual(shop.resources[1]);
    expect(expectedOf('web[1]')).toEqual({ ...seen, flavor: 'm1.large', ports: [{ from: 8080 }] });
    expect(units.get('web[0]')?.resources[0]?.properties).toMatchObject({ flavor: 'm1.large' });
  });

  it('takes tags in and out, where resources have their own place for them', () => {
    const { expectedOf, resources } = adopted(
      ...onBoth('tags.team', { type: 'tag_mismatch', expected: 'shop' }),
      ...onBoth('tags.owner', { type: 'tag_mismatch', actual: 'mia' }),
    );
    expect(resources.get('web')?.tags).toEqual({ owner: 'mia' });
    expect(expectedOf('web[0]')).toMatchObject({ tags: { owner: 'mia' } });
  });

  it('expects what a provider filled in, and does not desire it', () => {
    const { expectedOf, resources } = adopted(...onBoth('ip', { expected: '10.0.0.1', actual: '10.0.0.9' }));
    expect(resources.get('web')?.properties).toEqual(shop.resources[0]?.properties);
    expect(expectedOf('web[0]')).toMatchObject({ ip: '10.0.0.9' });
  });

  it('lets go of what is gone, with its unit and what waited for it', () => {
    const { resources, units } = adopted(found('db', '', { type: 'resource_removed' }));
    expect([...resources.keys()]).toEqual(['web', 'lan']);
    expect([...units.keys()]).toEqual(['lan', 'web[0]', 'web[1]']);
  });

  it('finds keys that have dots', () => {
    const name = 'app.kubernetes.io/name';
    const before = server('db', { flavor: 'm1.large', labels: { [name]: 'a' } });
    const items = [
      found('db', `labels.${name}`, { type: 'tag_mismatch', expected: 'a', actual: 'b' }),
      found('db', 'labels.example.com/team', { type: 'tag_mismatch', actual: 'shop' }),
    ];
    const outcome = adoptDrift({ desired: shop, applied: [unit('lan'), before] }, items);
    const after = outcome.outcome === 'adopted' ? outcome.applied[1]?.resources[0]?.expected['server.db'] : outcome;
    expect(after).toEqual({ flavor: 'm1.large', labels: { [name]: 'b', 'example.com/team': 'shop' } });
  });

  it('keeps a key that is named like a part of every object', () => {
    const sides = { actual: 'x' } as const;
    const { expectedOf } = adopted(...onBoth('__proto__', sides));
    expect(Object.getOwnPropertyDescriptor(expectedOf('web[0]'), '__proto__')?.value).toBe('x');
  });

  it.each<[string, string, readonly FoundDrift[]]>([
    ['what nobody asked for', 'not-asked-for', [found('db', '', { type: 'resource_added', address: 'server.db#2' })]],
    ['what is expected otherwise by now', 'outdated', [found('db', 'flavor', { expected: 'm1.tiny', actual: 'x' })]],
    ['what is not there any more', 'outdated', [found('cache', 'flavor', { expected: 'a', actual: 'b' })]],
    ['one copy alone', 'not-all-copies', [found('web[0]', 'flavor', { expected: 'm1.small', actual: 'm1.large' })]],
    [
      'a value that is not shown',
      'not-shown',
      [found('db', 'flavor', { expected: 'm1.large', actual: '(sensitive)' })],
    ],
    ['what follows from others', 'refers-to-others', onBoth('network', { expected: 'net-1', actual: 'net-2' })],
    ['the loss of what others need', 'unknown-resource', [found('lan', '', { type: 'resource_removed' })]],
  ])('refuses %s, by its place in the report', (_what, code, items) => {
    const world = { desired: shop, applied: [{ ...server('lan', {}), unitId: 'lan' }, ...applied.slice(1)] };
    const outcome = adoptDrift(world, items);
    expect(outcome.outcome === 'impossible' && [...new Set(outcome.problems.map((one) => one.code))]).toEqual([code]);
  });
});
