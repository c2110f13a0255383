import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layersOf } from './graph.js';

function graph(nodeCount: number, edges: readonly (readonly [number, number])[]) {
  return {
    nodeCount,
    from: Int32Array.from(edges, ([from]) => from),
    to: Int32Array.from(edges, ([, to]) => to),
  };
}

describe('layers of a graph', () => {
  it('has none for no nodes', () => {
    expect(layersOf(graph(0, []))).toEqual({ outcome: 'layered', layers: [] });
  });

  it('puts a node right after the last of those before it', () => {
    const edges = [
      [0, 1],
      [1, 3],
      [0, 3],
      [0, 2],
    ] as const;
    expect(layersOf(graph(5, edges))).toEqual({ outcome: 'layered', layers: [[0, 4], [1, 2], [3]] });
  });

  it('names the whole cycle and nothing that only leads to it', () => {
    const edges = [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 1],
      [3, 4],
    ] as const;
    expect(layersOf(graph(5, edges))).toEqual({ outcome: 'cyclic', cycle: [1, 2, 3] });
  });

  it('names a node that comes before itself', () => {
    expect(layersOf(graph(2, [[1, 1]]))).toEqual({ outcome: 'cyclic', cycle: [1] });
  });

  it('orders every acyclic graph so that no edge points back, and misses no node', () => {
    const acyclic = fc
      .integer({ min: 1, max: 40 })
      .chain((nodeCount) =>
        fc
          .array(fc.tuple(fc.nat(nodeCount - 1), fc.nat(nodeCount - 1)), { maxLength: 80 })
          .map((pairs) => ({ nodeCount, edges: pairs.filter(([from, to]) => from < to) })),
      );
    fc.assert(
      fc.property(acyclic, ({ nodeCount, edges }) => {
        const layering = layersOf(graph(nodeCount, edges));
        if (layering.outcome !== 'layered') throw new Error('acyclic');
        const layerOf = new Map(layering.layers.flatMap((layer, index) => layer.map((node) => [node, index] as const)));
        expect(layerOf.size).toBe(nodeCount);
        for (const [from, to] of edges) expect(layerOf.get(from)).toBeLessThan(layerOf.get(to)!);
      }),
    );
  });
});
