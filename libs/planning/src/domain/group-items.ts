import { layersOf } from '@caisson/kernel';

/** Something that is to be put into a group. */
export interface GroupingItem {
  readonly id: string;
  /** Only items of the same kind share a group; undefined: it has one of its own. */
  readonly kind: string | undefined;
  /** Most items in a group of this kind, at least 1. */
  readonly sizeMax: number;
  /** The group that it is in already and stays in. All items that are in it have the same kind. */
  readonly fixedIn: string | undefined;
  /** Ids of items that come before it. Unknown ones are left out. */
  readonly before: readonly string[];
}

/** A group of items. */
export interface ItemGroup {
  /** The group that it was before; undefined: a new one. */
  readonly fixedIn: string | undefined;
  /** Ids, what comes before first. */
  readonly items: readonly string[];
}

/** The groups; or items in groups that wait for each other, because of the groups that they are in already. */
export type Grouped =
  | { readonly outcome: 'grouped'; readonly groups: readonly ItemGroup[] }
  | { readonly outcome: 'cyclic'; readonly cycle: readonly ItemGroup[] };

/**
 * Puts items into groups such that no two groups wait for each other. What is in a group stays; the others join groups
 * of their kind that have room, else make new ones, with what they need close by. The same items in the same order
 * give the same groups. The items themselves must not wait for each other. O(items + edges) for groups that are usual.
 *
 * First every item gets a level: that of what comes before it, and one more when that is of another kind. Between
 * levels groups cannot wait for each other. Within a level and kind, groups stand in a row, and each item goes to a
 * place that is not before what it needs and not after what needs it.
 */
export function groupItems(items: readonly GroupingItem[]): Grouped {
  if (items.every(isAlone)) return { outcome: 'grouped', groups: items.map(({ id }) => groupAlone(id)) };
  const nodes = nodesOf(items);
  const circle = circleIn(nodes);
  if (circle !== undefined) return { outcome: 'cyclic', cycle: circle.map((node) => groupOf(node.fixedIn, [node])) };
  const ordered = inOrder(nodes);
  for (const node of ordered) {
    node.level = node.before.reduce(
      (level, needed) => Math.max(level, needed.level + (areAlike(needed, node) ? 0 : 1)),
      0,
    );
  }
  const rows = new Map<string, Node[]>();
  for (const node of ordered) {
    const key = node.kind === undefined ? `alone ${node.index}` : `level ${node.level} ${node.kind}`;
    const row = rows.get(key);
    if (row === undefined) rows.set(key, [node]);
    else row.push(node);
  }
  const groups = [...rows.values()].flatMap((row) => new Row(row).fill());
  return { outcome: 'grouped', groups };
}

function isAlone({ fixedIn, kind }: GroupingItem): boolean {
  return kind === undefined && fixedIn === undefined;
}

function groupAlone(id: string): ItemGroup {
  return { fixedIn: undefined, items: [id] };
}

/** A group that must stay together, or an item that is free. */
interface Node {
  readonly index: number;
  readonly kind: string | undefined;
  readonly fixedIn: string | undefined;
  readonly sizeMax: number;
  /** Ids in the order in which they could be made. */
  readonly items: string[];
  readonly before: Node[];
  readonly after: Node[];
  level: number;
}

/** Groups of one level and kind in a row. */
interface Place {
  readonly fixedIn: string | undefined;
  readonly nodes: Node[];
  room: number;
  position: number;
}

function nodesOf(items: readonly GroupingItem[]): readonly Node[] {
  const nodes: Node[] = [];
  const fixed = new Map<string, Node>();
  const nodeOf = new Map<string, Node>();
  for (const item of inOrderOfNeed(items)) {
    const { fixedIn, id, kind, sizeMax } = item;
    const known = fixedIn === undefined ? undefined : fixed.get(fixedIn);
    const fresh = { index: nodes.length, kind, fixedIn, sizeMax, items: [], before: [], after: [], level: 0 };
    const node: Node = known ?? fresh;
    if (known === undefined) nodes.push(node);
    if (known === undefined && fixedIn !== undefined) fixed.set(fixedIn, node);
    node.items.push(id);
    nodeOf.set(id, node);
  }
  for (const { before, id } of items) {
    const node = nodeOf.get(id);
    for (const needed of new Set(before.map((name) => nodeOf.get(name)))) {
      if (node === undefined || needed === undefined || needed === node) continue;
      node.before.push(needed);
      needed.after.push(node);
    }
  }
  return nodes;
}

/** What is needed right before what needs it first, so that neighbours stay together. */
function inOrderOfNeed(items: readonly GroupingItem[]): readonly GroupingItem[] {
  const indexOf = new Map(items.map(({ id }, index) => [id, index]));
  const order = depthFirst(items.length, (index) =>
    (items[index]?.before ?? []).flatMap((id) => indexOf.get(id) ?? []),
  );
  return order.flatMap((index) => items[index] ?? []);
}

function inOrder(nodes: readonly Node[]): readonly Node[] {
  const order = depthFirst(nodes.length, (index) => (nodes[index]?.before ?? []).map((needed) => needed.index));
  return order.flatMap((index) => nodes[index] ?? []);
}

/** Numbers from 0, each after those that it needs. A loop of its own: chains may be longer than the stack is deep. */
function depthFirst(count: number, needsOf: (index: number) => readonly number[]): readonly number[] {
  const order: number[] = [];
  const seen = new Uint8Array(count);
  for (let start = 0; start < count; start += 1) {
    const open = seen[start] === 0 ? [{ index: start, needs: needsOf(start), next: 0 }] : [];
    seen[start] = 1;
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const need = top.needs[top.next];
      top.next += 1;
      if (need === undefined) {
        order.push(top.index);
        open.pop();
      } else if (seen[need] === 0) {
        seen[need] = 1;
        open.push({ index: need, needs: needsOf(need), next: 0 });
      }
    }
  }
  return order;
}

function circleIn(nodes: readonly Node[]): readonly Node[] | undefined {
  const edges = nodes.flatMap((node) => node.before.map((needed) => [needed.index, node.index] as const));
  const layering = layersOf({
    nodeCount: nodes.length,
    from: Int32Array.from(edges, ([from]) => from),
    to: Int32Array.from(edges, ([, to]) => to),
  });
  return layering.outcome === 'cyclic' ? layering.cycle.flatMap((index) => nodes[index] ?? []) : undefined;
}

function areAlike(one: Node, other: Node): boolean {
  return one.kind !== undefined && one.kind === other.kind;
}

/** Fills the groups of one level and kind. */
class Row {
  readonly #nodes: readonly Node[];
  readonly #places: Place[] = [];
  readonly #placeOf = new Map<Node, Place>();

  /** @param nodes - each after those that it needs. */
  constructor(nodes: readonly Node[]) {
    this.#nodes = nodes;
  }

  fill(): readonly ItemGroup[] {
    for (const node of this.#nodes) {
      if (node.fixedIn === undefined) continue;
      this.#insert(this.#places.length, node);
    }
    const behind = this.#lastFixedBefore();
    for (const node of this.#nodes.toReversed()) {
      if (this.#needsToComeFirst(node)) this.#placeBeforeUsers(node, behind.get(node));
    }
    let open = 0;
    for (const node of this.#nodes) {
      if (this.#placeOf.has(node)) continue;
      while ((this.#places[open]?.room ?? 1) <= 0) open += 1;
      this.#placeAfterNeeds(node, open);
    }
    const rank = new Map(this.#nodes.map((node, index) => [node, index]));
    const inOrderOfNeed = (one: Node, other: Node): number => (rank.get(one) ?? 0) - (rank.get(other) ?? 0);
    return this.#places.map((place) => groupOf(place.fixedIn, place.nodes.toSorted(inOrderOfNeed)));
  }

  /** The last fixed group that each free node needs, directly or not. */
  #lastFixedBefore(): ReadonlyMap<Node, Place> {
    const last = new Map<Node, Place>();
    for (const node of this.#nodes) {
      for (const needed of node.before) {
        const place = this.#placeOf.get(needed) ?? last.get(needed);
        if (place !== undefined && place.position >= (last.get(node)?.position ?? 0)) last.set(node, place);
      }
    }
    return last;
  }

  /** Whether something that has its place already needs it. */
  #needsToComeFirst(node: Node): boolean {
    return !this.#placeOf.has(node) && node.after.some((user) => this.#placeOf.has(user));
  }

  /** As late as its users allow, yet strictly behind every fixed group that it needs: so there is always a place. */
  #placeBeforeUsers(node: Node, behind: Place | undefined): void {
    const latest = node.after.reduce(
      (position, user) => Math.min(position, this.#placeOf.get(user)?.position ?? position),
      this.#places.length,
    );
    const earliest = behind === undefined ? 0 : behind.position + 1;
    for (let position = latest; position >= earliest; position -= 1) {
      const place = this.#places[position];
      if (place !== undefined && place.room > 0) {
        this.#join(place, node);
        return;
      }
    }
    this.#insert(latest, node);
  }

  #placeAfterNeeds(node: Node, open: number): void {
    const earliest = node.before.reduce(
      (position, needed) => Math.max(position, this.#placeOf.get(needed)?.position ?? 0),
      open,
    );
    for (let position = earliest; position < this.#places.length; position += 1) {
      const place = this.#places[position];
      if (place !== undefined && place.room > 0) {
        this.#join(place, node);
        return;
      }
    }
    this.#insert(this.#places.length, node);
  }

  #join(place: Place, node: Node): void {
    place.nodes.push(node);
    place.room -= node.items.length;
    this.#placeOf.set(node, place);
  }

  #insert(position: number, node: Node): void {
    const place: Place = { fixedIn: node.fixedIn, nodes: [], room: node.sizeMax, position };
    this.#places.splice(position, 0, place);
    for (let index = position; index < this.#places.length; index += 1) {
      const moved = this.#places[index];
      if (moved !== undefined) moved.position = index;
    }
    this.#join(place, node);
  }
}

/** The items of some nodes, in the order in which they could be made. */
function groupOf(fixedIn: string | undefined, nodes: readonly Node[]): ItemGroup {
  return { fixedIn, items: nodes.flatMap((node) => node.items) };
}
