import type { AppliedResource, AppliedUnit } from '@caisson/contracts';
import { hasType, type EngineOffers } from './engine-offer.js';
import type { ResourceDraft } from './expand-resources.js';
import type { PlanRequest } from './plan-request.js';
import { strategySteps, type Gate, type StrategySteps } from './strategy-steps.js';

/** The engine that keeps gates: they are waits. */
const GATE_ENGINE = 'wait';

/** The resources of a run with the order and the gates of its strategy. */
export interface StrategicResources {
  readonly drafts: readonly ResourceDraft[];
  /** Addresses, `[before, after]`, where one of the two goes. */
  readonly edges: readonly (readonly [string, string])[];
}

/** Whether a unit was made by a strategy: no resource has a dot in its name. */
export function isGate({ engine, unitId }: Pick<AppliedUnit, 'engine' | 'unitId'>): boolean {
  return engine === GATE_ENGINE && unitId.includes('.');
}

/**
 * Adds the gates of the strategy to the resources that are desired, and its order to what they depend on. Where the
 * installation has no engine that waits, the order stays and the gates are left out.
 */
export function applyStrategy(
  drafts: readonly ResourceDraft[],
  { applied, desired }: PlanRequest,
  offers: EngineOffers,
): StrategicResources {
  if (desired.strategy === 'rolling' && applied.length === 0) return { drafts, edges: [] };
  const standing = applied.filter((unit) => !isGate(unit)).flatMap(({ resources }) => resources);
  const before = new Set(standing.map(({ address }) => address));
  const wanted = new Set(drafts.map(({ address }) => address));
  const leaving = standing.map(({ address }) => address).filter((address) => !wanted.has(address));
  const usersOf = usersAmong(standing);
  const steps = strategySteps({
    strategy: desired.strategy,
    nodes: drafts.map(({ address, checks, dependsOn, provider }) => ({
      id: address,
      resource: address.split('[')[0] ?? address,
      provider,
      dependsOn,
      checks,
      existed: before.has(address),
    })),
    leaving: leaving.map((id) => ({ id, users: usersOf.get(id) ?? [] })),
  });
  return withSteps(drafts, hasType(offers, GATE_ENGINE, 'poll') ? steps : withoutGates(steps), new Set(leaving));
}

function usersAmong(resources: readonly AppliedResource[]): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  for (const { address, dependsOn } of resources) {
    for (const id of dependsOn) {
      const known = users.get(id);
      if (known === undefined) users.set(id, [address]);
      else known.push(address);
    }
  }
  return users;
}

function withSteps(
  drafts: readonly ResourceDraft[],
  { edges, gates }: StrategySteps,
  leaving: ReadonlySet<string>,
): StrategicResources {
  const [kept, going] = [
    edges.filter(([, after]) => !leaving.has(after)),
    edges.filter(([, after]) => leaving.has(after)),
  ];
  const needs = new Map<string, string[]>();
  const late: (readonly [string, string])[] = [...going];
  for (const [from, to] of kept) {
    if (leaving.has(from)) late.push([from, to]);
    else needs.set(to, [...(needs.get(to) ?? []), from]);
  }
  const all = [...drafts, ...gates.map(draftOf)].map((draft) => {
    const added = needs.get(draft.address);
    return added === undefined ? draft : { ...draft, dependsOn: [...new Set([...draft.dependsOn, ...added])] };
  });
  return { drafts: all, edges: late };
}

function draftOf({ id, properties, provider, type }: Gate): ResourceDraft {
  return {
    ...{ address: id, engine: GATE_ENGINE, type, provider, properties },
    ...{ hasReferences: type !== 'timer', dependsOn: [], checks: [] },
  };
}

/** What came before a gate comes before what came after it. */
function withoutGates({ edges, gates }: StrategySteps): StrategySteps {
  const afterGate = new Map(gates.map(({ after, id }) => [id, after]));
  const direct = edges
    .filter(([, to]) => !afterGate.has(to))
    .flatMap(([from, to]) => (afterGate.get(from) ?? [from]).map((before) => [before, to] as const));
  return { gates: [], edges: direct };
}
