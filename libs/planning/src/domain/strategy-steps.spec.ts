import { layersOf, type JsonObject } from '@caisson/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strategySteps, type Strategy, type StrategyInput, type StrategyNode } from './strategy-steps.js';

const check = { kind: 'http', url: '${web[0].outputs.url}/healthz', expectStatus: 204, withinMs: 1500 };

function node(id: string, changes: Partial<StrategyNode> = {}): StrategyNode {
  const resource = id.split('[')[0] ?? id;
  return { id, resource, provider: 'sandbox', dependsOn: [], checks: [], existed: false, ...changes };
}

function steps(strategy: Strategy, nodes: readonly StrategyNode[], leaving: StrategyInput['leaving'] = []) {
  const { edges, gates } = strategySteps({ strategy, nodes, leaving });
  return { gates: gates.map(({ id }) => id), edges: edges.map((edge) => edge.join(' → ')), all: gates };
}

const copies = (existed: boolean) => [0, 1, 2].map((index) => node(`web[${index}]`, { existed }));

describe('rolling', () => {
  it('changes copies that exist one after the other, each behind the checks of the one before', () => {
    const [first = node('x'), ...others] = copies(true);
    const { edges, gates } = steps('rolling', [node('db'), { ...first, checks: [check] }, ...others]);
    expect(gates).toEqual(['rolling.web[0].check.1']);
    expect(edges).toEqual([
      ...['web[0] → rolling.web[0].check.1', 'rolling.web[0].check.1 → web[1]'],
      'web[1] → web[2]',
    ]);
  });

  it('makes new copies at once', () => expect(steps('rolling', copies(false)).edges).toEqual([]));
});

describe('canary', () => {
  it('lets the others wait until the first one answers', () => {
    const [first = node('x'), ...others] = copies(false);
    const { all, edges } = steps('canary', [{ ...first, checks: [check] }, ...others]);
    expect(all).toEqual([
      {
        ...{ id: 'canary.web[0].check.1', type: 'poll', provider: 'sandbox', after: ['web[0]'] },
        properties: { url: check.url, expectStatus: 204, everySeconds: 1, timeoutSeconds: 2 },
      },
    ]);
    expect(edges).toEqual([
      'web[0] → canary.web[0].check.1',
      'canary.web[0].check.1 → web[1]',
      'canary.web[0].check.1 → web[2]',
    ]);
  });

  it('has a gate without checks too', () => {
    expect(steps('canary', copies(true)).gates).toEqual(['canary.web[0].pause']);
  });

  it.each(['tcp', 'command', 'output'])('tries a check of kind %s as it is', (kind) => {
    const [first = node('x'), ...others] = copies(true);
    const asked = { kind, withinMs: 4500, everyMs: 100 };
    const { all } = steps('canary', [{ ...first, checks: [check, asked] }, ...others]);
    expect(all.map(({ id, type }) => [id, type])).toEqual([
      ['canary.web[0].check.1', 'poll'],
      ['canary.web[0].check.2', 'check'],
    ]);
    expect(all[1]?.properties).toEqual({ check: asked, everySeconds: 1, timeoutSeconds: 5 });
  });

  it('asks nothing that the task of the copy has read already', () => {
    const read = copies(true).map((copy) => ({ ...copy, checks: [{ kind: 'observed' }] }));
    expect(steps('canary', read).gates).toEqual(['canary.web[0].pause']);
    expect(steps('rolling', read)).toMatchObject({ gates: [], edges: ['web[0] → web[1]', 'web[1] → web[2]'] });
  });

  it('asks only what can have a value: of the copy, of what comes before it, and of what existed', () => {
    const asking = (...names: readonly string[]) =>
      names.map((name) => ({ kind: 'tcp', host: `\${${name}.outputs.host}`, port: 1 }));
    const scene = (checks: readonly JsonObject[]) => [
      ...[node('net'), node('subnet', { dependsOn: ['net'] }), node('dns', { existed: true })],
      ...[0, 1].map((index) => node(`web[${index}]`, { dependsOn: ['subnet'], checks })),
      node('lb', { dependsOn: ['web[0]', 'web[1]'] }),
    ];
    const known = asking('web[0]', 'subnet', 'net', 'dns');
    const { all } = steps('canary', scene([...known, ...asking('lb', 'web[1]')]));
    expect(all.map(({ properties }) => properties['check'])).toEqual(known);
    expect(steps('canary', scene(asking('lb'))).gates).toEqual(['canary.web[0].pause']);
  });

  it('does nothing with a single copy', () => expect(steps('canary', [node('web')]).gates).toEqual([]));
});

describe('blue_green', () => {
  it('changes and removes what exists once what is new is well', () => {
    const nodes = [node('net', { existed: true }), node('old', { existed: true }), node('new', { dependsOn: ['net'] })];
    const { edges, gates } = steps('blue_green', nodes, [{ id: 'gone', users: [] }]);
    expect(gates).toEqual(['blue-green.pause']);
    expect(edges).toEqual(['new → blue-green.pause', 'blue-green.pause → old', 'blue-green.pause → gone']);
  });

  it('has no gate where nothing exists yet', () => expect(steps('blue_green', copies(false)).edges).toEqual([]));
});

describe('recreate', () => {
  it('removes first, after what has to let go', () => {
    const nodes = [node('user', { existed: true }), node('new')];
    const { edges } = steps('recreate', nodes, [{ id: 'gone', users: ['user'] }]);
    expect(edges).toEqual(['gone → recreate.pause', 'recreate.pause → new']);
  });
});

describe('a strategy', () => {
  it('never closes a circle', () => {
    const graph = fc.record({
      strategy: fc.constantFrom<Strategy>('rolling', 'canary', 'blue_green', 'recreate'),
      nodes: fc.array(fc.record({ resource: fc.nat(4), existed: fc.boolean(), needs: fc.array(fc.nat(4)) }), {
        maxLength: 12,
      }),
      leaving: fc.array(fc.array(fc.nat(11), { maxLength: 3 }), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(graph, ({ leaving, nodes: drawn, strategy }) => {
        // As between resources: one needs only those before it, and all of their copies.
        const named = drawn.map((one, index) => ({ ...one, id: `r${one.resource}[${index}]` }));
        const nodes = named.map(({ existed, id, needs, resource }) => {
          const before = named.filter((other) =>
            needs.some((needed) => needed < resource && other.resource === needed),
          );
          return node(id, { resource: `r${resource}`, existed, dependsOn: before.map((other) => other.id) });
        });
        const going = leaving.map((users, index) => ({
          id: `gone${index}`,
          users: users.flatMap((user) => nodes[user]?.id ?? []),
        }));
        const { edges, gates } = strategySteps({ strategy, nodes, leaving: going });
        const ids = [...nodes, ...gates, ...going].map(({ id }) => id);
        const all = [
          ...edges,
          ...nodes.flatMap(({ dependsOn, id }) => dependsOn.map((before) => [before, id] as const)),
          ...going.flatMap(({ id, users }) => users.map((user) => [user, id] as const)),
        ];
        const index = new Map(ids.map((id, place) => [id, place]));
        const ends = (which: 0 | 1) => Int32Array.from(all, (edge) => index.get(edge[which]) ?? -1);
        expect(layersOf({ nodeCount: ids.length, from: ends(0), to: ends(1) }).outcome).not.toBe('cyclic');
      }),
    );
  });
});
