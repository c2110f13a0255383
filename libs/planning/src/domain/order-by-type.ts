import { DESIRED_STATE_LIMITS, findReferences, type Diagnostic, type ResourceSpec } from '@caisson/contracts';
import { layersOf } from '@caisson/kernel';
import type { TypeLookup } from './type-lookup.js';

/** The names of the resources that come before each resource by the rules of types, or why they cannot. */
export type TypeOrder =
  | { readonly outcome: 'ordered'; readonly before: ReadonlyMap<string, readonly string[]> }
  | {
      readonly outcome: 'refused';
      readonly code: 'dependency-cycle' | 'plan-too-large';
      readonly diagnostic: Diagnostic;
    };

/**
 * Applies the rules of the type table (`after`): each resource comes after those of the named types that are bought
 * from the same provider in the same region. What is desired may not contradict that.
 */
export function orderByType(resources: readonly ResourceSpec[], lookup: TypeLookup): TypeOrder {
  const before = rulesBetween(resources, lookup);
  if (before.size === 0) return { outcome: 'ordered', before };
  return tooMany(resources, before) ?? circle(resources, before) ?? { outcome: 'ordered', before };
}

function rulesBetween(resources: readonly ResourceSpec[], lookup: TypeLookup): ReadonlyMap<string, readonly string[]> {
  const before = new Map<string, readonly string[]>();
  const ruled = resources.filter(({ type }) => lookup.typesBefore(type).length > 0);
  if (ruled.length === 0) return before;
  const byKind = new Map<string, ResourceSpec[]>();
  for (const resource of resources) {
    const kind = kindOf(resource, resource.type);
    const alike = byKind.get(kind);
    if (alike === undefined) byKind.set(kind, [resource]);
    else alike.push(resource);
  }
  for (const resource of ruled) {
    const found = lookup.typesBefore(resource.type).flatMap((type) => byKind.get(kindOf(resource, type)) ?? []);
    if (found.length > 0)
      before.set(
        resource.name,
        found.map(({ name }) => name),
      );
  }
  return before;
}

function kindOf({ engine = '', provider = engine, region = '' }: ResourceSpec, type: string): string {
  return `${provider} ${region} ${type}`;
}

function tooMany(
  resources: readonly ResourceSpec[],
  before: ReadonlyMap<string, readonly string[]>,
): TypeOrder | undefined {
  const copies = new Map(resources.map(({ count = 1, name }) => [name, count]));
  let edges = 0;
  for (const [name, others] of before) {
    for (const other of others) edges += (copies.get(name) ?? 1) * (copies.get(other) ?? 1);
  }
  const { edgesMax } = DESIRED_STATE_LIMITS;
  if (edges <= edgesMax) return undefined;
  const summary = `The type table would order ${edges} pairs of units; at most ${edgesMax} are planned.`;
  return refused('plan-too-large', { summary, detail: 'Make several deployments of it.' });
}

function circle(
  resources: readonly ResourceSpec[],
  before: ReadonlyMap<string, readonly string[]>,
): TypeOrder | undefined {
  const indexOf = new Map(resources.map(({ name }, index) => [name, index]));
  const [from, to]: [number[], number[]] = [[], []];
  resources.forEach(({ dependsOn, name, properties }, index) => {
    const referred = findReferences(properties).references.map(({ resource }) => resource);
    for (const other of [...dependsOn, ...referred, ...(before.get(name) ?? [])]) {
      from.push(indexOf.get(other) ?? index);
      to.push(index);
    }
  });
  const layering = layersOf({ nodeCount: resources.length, from: Int32Array.from(from), to: Int32Array.from(to) });
  if (layering.outcome === 'layered') return undefined;
  const names = [...layering.cycle, layering.cycle[0] ?? 0].map((index) => resources[index]?.name ?? '');
  const summary = `${names.join(' → ')} wait for each other, since the type table orders their types ("after").`;
  const detail = 'Take out one of these dependencies, or have an administrator change the type table.';
  return refused('dependency-cycle', { summary, detail });
}

function refused(
  code: Extract<TypeOrder, { outcome: 'refused' }>['code'],
  words: { readonly summary: string; readonly detail: string },
): TypeOrder {
  return { outcome: 'refused', code, diagnostic: { severity: 'error', ...words } };
}
