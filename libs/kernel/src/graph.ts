/** A directed graph over the nodes 0 to `nodeCount - 1`. Edge `i` says that `from[i]` comes before `to[i]`. */
export interface IndexedGraph {
  readonly nodeCount: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/**
 * The nodes in layers that may go together, each in rising order; or one cycle, whose last node points to its first.
 */
export type Layering =
  | { readonly outcome: 'layered'; readonly layers: readonly (readonly number[])[] }
  | { readonly outcome: 'cyclic'; readonly cycle: readonly number[] };

/**
 * Puts every node into the first layer after all that come before it. O(nodes + edges) in time and memory.
 *
 * Source: A. B. Kahn, "Topological sorting of large networks", Communications of the ACM 5(11), 1962. On typed arrays,
 * because building objects per node and edge costs more than the ordering itself.
 */
export function layersOf(graph: IndexedGraph): Layering {
  const { nodeCount, from, to } = graph;
  const waitingFor = new Int32Array(nodeCount);
  for (const target of to) add(waitingFor, target, 1);
  const order = new Int32Array(nodeCount);
  let ordered = 0;
  waitingFor.forEach((count, node) => {
    if (count === 0) order[ordered++] = node;
  });
  const { starts, targets } = successors(graph);
  const level = new Int32Array(nodeCount);
  for (let next = 0; next < ordered; next += 1) {
    const node = at(order, next);
    const end = at(starts, node + 1);
    for (let edge = at(starts, node); edge < end; edge += 1) {
      const target = at(targets, edge);
      level[target] = Math.max(at(level, target), at(level, node) + 1);
      if (add(waitingFor, target, -1) === 0) order[ordered++] = target;
    }
  }
  if (ordered < nodeCount) return { outcome: 'cyclic', cycle: cycleAmong(waitingFor, from, to) };
  return { outcome: 'layered', layers: bucketsOf(level) };
}

/** Edges grouped by where they start: those of node n are `targets[starts[n]]` to `targets[starts[n + 1] - 1]`. */
function successors({ nodeCount, from, to }: IndexedGraph): { starts: Int32Array; targets: Int32Array } {
  const starts = new Int32Array(nodeCount + 1);
  for (const source of from) add(starts, source + 1, 1);
  for (let node = 0; node < nodeCount; node += 1) add(starts, node + 1, at(starts, node));
  const fill = starts.slice(0, nodeCount);
  const targets = new Int32Array(to.length);
  from.forEach((source, edge) => {
    targets[add(fill, source, 1) - 1] = at(to, edge);
  });
  return { starts, targets };
}

function at(numbers: Int32Array, index: number): number {
  return numbers[index] ?? 0;
}

function add(numbers: Int32Array, index: number, amount: number): number {
  return (numbers[index] = at(numbers, index) + amount);
}

/** Every node that still waits has a predecessor that waits too; walking back must therefore come round. */
function cycleAmong(waitingFor: Int32Array, from: Int32Array, to: Int32Array): number[] {
  const before = new Int32Array(waitingFor.length);
  from.forEach((source, edge) => {
    if (at(waitingFor, source) > 0) before[at(to, edge)] = source;
  });
  const seenAt = new Map<number, number>();
  const path: number[] = [];
  let node = waitingFor.findIndex((count) => count > 0);
  while (!seenAt.has(node)) {
    seenAt.set(node, path.length);
    path.push(node);
    node = at(before, node);
  }
  const cycle = path.slice(seenAt.get(node)).reverse();
  const first = cycle.indexOf(cycle.reduce((least, candidate) => Math.min(least, candidate)));
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}

function bucketsOf(level: Int32Array): number[][] {
  const layers: number[][] = [];
  level.forEach((layer, node) => {
    const bucket = layers[layer];
    if (bucket === undefined) layers[layer] = [node];
    else bucket.push(node);
  });
  return layers; // Dense: a node of layer n has a node of layer n - 1 before it.
}
