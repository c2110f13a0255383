/** A directed graph over the nodes 0 to `nodeCount - 1`. Edge `i` says that `from[i]` comes before `to[i]`. */
export interface IndexedGraph {
  readonly nodeCount: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** The nodes in layers that may go together, each in rising order; or one cycle, whose last node points to its first. */
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
  const { starts, targets } = successors(graph);
  const waitingFor = new Int32Array(nodeCount);
  for (const target of to) waitingFor[target] = (waitingFor[target] ?? 0) + 1;
  const order = new Int32Array(nodeCount);
  let ordered = 0;
  for (let node = 0; node < nodeCount; node += 1) if (waitingFor[node] === 0) order[ordered++] = node;
  const level = new Int32Array(nodeCount);
  for (let next = 0; next < ordered; next += 1) {
    const node = order[next] ?? 0;
    const below = (level[node] ?? 0) + 1;
    for (let edge = starts[node] ?? 0; edge < (starts[node + 1] ?? 0); edge += 1) {
      const target = targets[edge] ?? 0;
      if ((level[target] ?? 0) < below) level[target] = below;
      const left = (waitingFor[target] ?? 0) - 1;
      waitingFor[target] = left;
      if (left === 0) order[ordered++] = target;
    }
  }
  if (ordered < nodeCount) return { outcome: 'cyclic', cycle: cycleAmong(waitingFor, from, to) };
  return { outcome: 'layered', layers: bucketsOf(level) };
}

function successors({ nodeCount, from, to }: IndexedGraph): { starts: Int32Array; targets: Int32Array } {
  const starts = new Int32Array(nodeCount + 1);
  for (const source of from) starts[source + 1] = (starts[source + 1] ?? 0) + 1;
  for (let node = 0; node < nodeCount; node += 1) starts[node + 1] = (starts[node + 1] ?? 0) + (starts[node] ?? 0);
  const fill = starts.slice(0, nodeCount);
  const targets = new Int32Array(to.length);
  for (let edge = 0; edge < from.length; edge += 1) {
    const source = from[edge] ?? 0;
    const place = fill[source] ?? 0;
    targets[place] = to[edge] ?? 0;
    fill[source] = place + 1;
  }
  return { starts, targets };
}

/** Every node that still waits has a predecessor that waits too; walking back must therefore come round. */
function cycleAmong(waitingFor: Int32Array, from: Int32Array, to: Int32Array): number[] {
  const before = new Int32Array(waitingFor.length).fill(-1);
  for (let edge = 0; edge < from.length; edge += 1) {
    if ((waitingFor[from[edge] ?? 0] ?? 0) > 0) before[to[edge] ?? 0] = from[edge] ?? 0;
  }
  const seenAt = new Map<number, number>();
  const path: number[] = [];
  let node = waitingFor.findIndex((count) => count > 0);
  while (!seenAt.has(node)) {
    seenAt.set(node, path.length);
    path.push(node);
    node = before[node] ?? 0;
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
