import { describe, expect, it } from 'vitest';
import { adjustDesired, type Adjustment } from './adjust-desired.js';
import { desired } from './deployment.fixtures.spec.js';

const shop = desired({
  resources: [
    { name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.0.0.0/16', zones: { a: 1, b: 2 } } },
    {
      name: 'web',
      engine: 'sandbox',
      type: 'server',
      count: 3,
      scaling: { min: 2, max: 5 },
      properties: { flavor: 'm1.small' },
      tags: { team: 'shop', tier: 'web' },
    },
    { name: 'db', engine: 'sandbox', type: 'server', properties: { web: '${web[2].id}' } },
  ],
  outputs: {},
});

function adjusted(adjustment: Adjustment) {
  const outcome = adjustDesired(shop, adjustment);
  if (outcome.outcome === 'impossible') throw new Error(JSON.stringify(outcome.problems));
  return new Map(outcome.desired.resources.map((resource) => [resource.name, resource]));
}

describe('scaling', () => {
  it('changes the number of copies of one resource and nothing else', () => {
    const resources = adjusted({ kind: 'scale', resource: 'web', count: 5 });
    expect(resources.get('web')).toEqual({ ...shop.resources[1], count: 5 });
    expect(resources.get('db')).toEqual(shop.resources[2]);
  });

  it.each<[string, string, number, string, string]>([
    ['a resource that is not there', 'cache', 2, 'unknown-resource', '/resource'],
    ['a resource without copies', 'network', 2, 'not-scalable', '/resource'],
    ['more than it may', 'web', 6, 'count-out-of-bounds', '/count'],
    ['less than it may', 'web', 1, 'count-out-of-bounds', '/count'],
    ['a copy away that somebody refers to', 'web', 2, 'unknown-copy', '/resources/2/properties/web'],
  ])('refuses %s', (...[, resource, count, code, pointer]) => {
    const outcome = adjustDesired(shop, { kind: 'scale', resource, count });
    expect(outcome).toMatchObject({ outcome: 'impossible', problems: [{ code, pointer }] });
  });
});

describe('configuring', () => {
  it('merges properties and tags by RFC 7396: null takes out, lists are replaced, the rest stays', () => {
    const resources = adjusted({
      kind: 'configure',
      resources: {
        network: { properties: { zones: { a: null, c: [3] }, cidr: '10.1.0.0/16' } },
        web: { tags: { tier: null, owner: 'mia' } },
      },
    });
    expect(resources.get('network')?.properties).toEqual({ cidr: '10.1.0.0/16', zones: { b: 2, c: [3] } });
    expect(resources.get('web')).toMatchObject({ properties: { flavor: 'm1.small' }, count: 3 });
    expect(resources.get('web')?.tags).toEqual({ team: 'shop', owner: 'mia' });
  });

  it.each<[string, Adjustment, string]>([
    ['an unknown resource', { kind: 'configure', resources: { cache: {} } }, '/resources/cache'],
    [
      'a reference to nothing',
      { kind: 'configure', resources: { web: { properties: { network: '${lan.id}' } } } },
      '/resources/1/properties/network',
    ],
    ['a circle', { kind: 'configure', resources: { web: { properties: { db: '${db.id}' } } } }, '/resources/1'],
  ])('refuses %s', (...[, adjustment, pointer]) => {
    expect(adjustDesired(shop, adjustment)).toMatchObject({ outcome: 'impossible', problems: [{ pointer }] });
  });

  it('does not reach what every object inherits', () => {
    const outcome = adjustDesired(shop, {
      kind: 'configure',
      resources: JSON.parse('{"__proto__":{"tags":{}}}') as Record<string, object>,
    });
    expect(outcome).toMatchObject({ outcome: 'impossible', problems: [{ code: 'unknown-resource' }] });
  });
});
