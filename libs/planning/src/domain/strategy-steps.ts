import { findReferences, resourceAddressOf, type DesiredState } from '@caisson/contracts';
import type { Json, JsonObject } from '@caisson/kernel';

/** How the copies of a desired state are brought about. */
export type Strategy = DesiredState['strategy'];

/** A copy of a resource, as a strategy sees it. */
export interface StrategyNode {
  /** Such as `web[1]`. */
  readonly id: string;
  /** Name of the resource, such as `web`. */
  readonly resource: string;
  readonly provider: string;
  /** Ids of what comes before. */
  readonly dependsOn: readonly string[];
  readonly checks: readonly JsonObject[];
  /** Whether it was applied before. */
  readonly existed: boolean;
}

/** A step that lets others start once something has been seen to be well. A wait, to the executor. */
export interface Gate {
  /** No resource has such a name, since names have no dot. */
  readonly id: string;
  readonly type: 'poll' | 'check' | 'timer';
  readonly properties: JsonObject;
  readonly provider: string;
  /** Ids of what is to be seen. */
  readonly after: readonly string[];
}

/** What a strategy adds to a plan. */
export interface StrategySteps {
  readonly gates: readonly Gate[];
  /** `[before, after]`, ids of copies, gates and of what goes. */
  readonly edges: readonly (readonly [string, string])[];
}

/** What a strategy works on. */
export interface StrategyInput {
  readonly strategy: Strategy;
  readonly nodes: readonly StrategyNode[];
  /** What goes, by id, and what has used it so far. */
  readonly leaving: readonly { readonly id: string; readonly users: readonly string[] }[];
}

/** Where a check says nothing else. */
const CHECK_WITHIN_MS = 30_000;
const CHECK_EVERY_MS = 1_000;

/** The wait of a gate that has no check it could ask. */
const PAUSE_SECONDS = 1;

/**
 * The order and the gates of a strategy.
 *
 * `rolling`: copies that exist follow each other, each after the checks of the one before; new ones come at once.
 * `canary`: of each resource with copies the first one alone, then its gate, then the others.
 * `blue_green`: what is new first, then its gate, then what exists is changed or goes.
 * `recreate`: what goes, goes first.
 *
 * Never adds an order against a dependency. O(copies + edges), and once more for each resource whose checks speak of
 * others that are new.
 */
export function strategySteps({ leaving, nodes: given, strategy }: StrategyInput): StrategySteps {
  const nodes = withAskableChecks(given);
  switch (strategy) {
    case 'rolling':
      return joined(groupsOf(nodes).map((copies) => rolling(copies)));
    case 'canary':
      return joined(groupsOf(nodes).map((copies) => canary(copies)));
    case 'blue_green':
      return blueGreen(nodes, leaving);
    case 'recreate':
      return recreate(nodes, leaving);
  }
}

/**
 * The copies with those checks only that can be asked behind their tasks. That a copy is as it was applied has been
 * read by then, so `observed` asks nothing; and what neither came before the copy nor existed may have no value yet.
 * Those checks are left to the verification, which asks all.
 */
function withAskableChecks(nodes: readonly StrategyNode[]): readonly StrategyNode[] {
  const existing = new Set(nodes.filter(({ existed }) => existed).map(({ id }) => id));
  const isEarlier = earlierAmong(nodes);
  return nodes.map((node) => {
    if (node.checks.length === 0) return node;
    const isKnown = (id: string): boolean => id === node.id || existing.has(id) || isEarlier(id, node);
    const checks = node.checks.filter((check) => check['kind'] !== 'observed' && spokenOf(check).every(isKnown));
    return { ...node, checks };
  });
}

/** Ids of what a check refers to. */
function spokenOf(check: JsonObject): readonly string[] {
  return findReferences(check).references.map(({ index, resource }) => resourceAddressOf(resource, index));
}

/** Tells whether something comes before a copy. Copies of a resource share what they depend on, so it is found once. */
function earlierAmong(nodes: readonly StrategyNode[]): (id: string, node: StrategyNode) => boolean {
  const before = new Map(nodes.map(({ dependsOn, id }) => [id, dependsOn]));
  const found = new Map<readonly string[], ReadonlySet<string>>();
  return (id, { dependsOn }) => {
    const earlier = found.get(dependsOn) ?? new Set([...dependsOn, ...ancestorsOf(dependsOn, before)]);
    found.set(dependsOn, earlier);
    return earlier.has(id);
  };
}

const NOTHING: StrategySteps = { gates: [], edges: [] };

/** The copies of each resource that has several. */
function groupsOf(nodes: readonly StrategyNode[]): readonly (readonly StrategyNode[])[] {
  const groups = new Map<string, StrategyNode[]>();
  for (const node of nodes) {
    const group = groups.get(node.resource);
    if (group === undefined) groups.set(node.resource, [node]);
    else group.push(node);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

function rolling(copies: readonly StrategyNode[]): StrategySteps {
  const existing = copies.filter(({ existed }) => existed);
  return joined(
    existing.slice(1).map((copy, index) => {
      const before = existing[index];
      if (before === undefined) return NOTHING;
      const gates = checkGates(`rolling.${before.id}`, [before]);
      return behind(gates, { before: [before.id], after: [copy.id] });
    }),
  );
}

function canary([first, ...others]: readonly StrategyNode[]): StrategySteps {
  if (first === undefined) return NOTHING;
  const gates = gatesFor(`canary.${first.id}`, [first]);
  return behind(gates, { before: [first.id], after: others.map(({ id }) => id) });
}

function blueGreen(nodes: StrategyInput['nodes'], leaving: StrategyInput['leaving']): StrategySteps {
  const green = nodes.filter(({ existed }) => !existed);
  const needed = ancestorsOf(
    green.map(({ id }) => id),
    new Map(nodes.map(({ dependsOn, id }) => [id, dependsOn])),
  );
  const blue = nodes.filter(({ existed, id }) => existed && !needed.has(id)).map(({ id }) => id);
  const after = [...blue, ...leaving.map(({ id }) => id)];
  if (green.length === 0 || after.length === 0) return NOTHING;
  return behind(gatesFor('blue-green', green), { before: green.map(({ id }) => id), after });
}

function recreate(nodes: StrategyInput['nodes'], leaving: StrategyInput['leaving']): StrategySteps {
  const before = new Map(nodes.map(({ dependsOn, id }) => [id, dependsOn]));
  for (const { id, users } of leaving) before.set(id, users);
  const needed = ancestorsOf(
    leaving.map(({ id }) => id),
    before,
  );
  const after = nodes.map(({ id }) => id).filter((id) => !needed.has(id));
  if (leaving.length === 0 || after.length === 0) return NOTHING;
  return behind([pause('recreate', { after: leaving.map(({ id }) => id), provider: nodes[0]?.provider ?? '' })], {
    before: leaving.map(({ id }) => id),
    after,
  });
}

/** Gates between what comes before and what comes after; without any, the one follows the other. */
function behind(
  gates: readonly Gate[],
  order: { readonly before: readonly string[]; readonly after: readonly string[] },
): StrategySteps {
  if (gates.length === 0) {
    return { gates, edges: order.before.flatMap((before) => order.after.map((after) => [before, after] as const)) };
  }
  const toGates = gates.flatMap(({ after, id }) => after.map((before) => [before, id] as const));
  const fromGates = gates.flatMap(({ id }) => order.after.map((after) => [id, after] as const));
  return { gates, edges: [...toGates, ...fromGates] };
}

/** One gate per check; where there is none, a short pause, so that the step is there to be seen. */
function gatesFor(id: string, of: readonly StrategyNode[]): readonly Gate[] {
  const gates = checkGates(id, of);
  const unchecked = of.filter(({ checks }) => checks.length === 0);
  if (unchecked.length === 0) return gates;
  const after = unchecked.map((node) => node.id);
  return [...gates, pause(id, { after, provider: unchecked[0]?.provider ?? '' })];
}

function checkGates(id: string, of: readonly StrategyNode[]): readonly Gate[] {
  const asked = of.flatMap((node) => node.checks.map((check) => ({ node, check })));
  return asked.map(({ check, node }, index) => ({
    id: `${id}.check.${index + 1}`,
    ...waitFor(check),
    provider: node.provider,
    after: [node.id],
  }));
}

/** A URL is polled; the other kinds are tried as they are. */
function waitFor(check: JsonObject): Pick<Gate, 'type' | 'properties'> {
  const { everyMs = CHECK_EVERY_MS, expectStatus = 200, kind, url = '', withinMs = CHECK_WITHIN_MS } = check;
  const timeoutSeconds = wholeSeconds(withinMs);
  if (kind !== 'http')
    return { type: 'check', properties: { check, everySeconds: wholeSeconds(everyMs), timeoutSeconds } };
  return { type: 'poll', properties: { url, expectStatus, everySeconds: 1, timeoutSeconds } };
}

function wholeSeconds(ms: Json): number {
  return Math.max(1, Math.ceil(Number(ms) / 1000));
}

function pause(id: string, { after, provider }: Pick<Gate, 'after' | 'provider'>): Gate {
  return { id: `${id}.pause`, type: 'timer', properties: { forSeconds: PAUSE_SECONDS }, provider, after };
}

function ancestorsOf(ids: readonly string[], before: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const earlier of before.get(id) ?? []) {
      if (found.has(earlier)) continue;
      found.add(earlier);
      open.push(earlier);
    }
  }
  return found;
}

function joined(steps: readonly StrategySteps[]): StrategySteps {
  return { gates: steps.flatMap(({ gates }) => gates), edges: steps.flatMap(({ edges }) => edges) };
}
