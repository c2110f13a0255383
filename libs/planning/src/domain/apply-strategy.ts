import type { AppliedUnit } from '@caisson/contracts';
import { hasType, type EngineOffers } from './engine-offer.js';
import type { UnitDraft } from './expand-units.js';
import type { PlanRequest } from './plan-request.js';
import { strategySteps, type Gate, type StrategySteps } from './strategy-steps.js';

/** The engine that keeps gates: they are waits. */
const GATE_ENGINE = 'wait';

/** The units of a run with the order and the gates of its strategy. */
export interface StrategicUnits {
  readonly drafts: readonly UnitDraft[];
  /** `[before, after]` where one of the two goes. */
  readonly edges: readonly (readonly [string, string])[];
}

/** Whether a unit was made by a strategy: no resource has a dot in its name. */
export function isGate({ engine, unitId }: Pick<AppliedUnit, 'engine' | 'unitId'>): boolean {
  return engine === GATE_ENGINE && unitId.includes('.');
}

/**
 * Adds the gates of the strategy to the units that are desired, and its order to what they depend on. Where the
 * installation has no engine that waits, the order stays and the gates are left out.
 */
export function applyStrategy(
  drafts: readonly UnitDraft[],
  { applied, desired }: PlanRequest,
  offers: EngineOffers,
): StrategicUnits {
  if (desired.strategy === 'rolling' && applied.length === 0) return { drafts, edges: [] };
  const before = new Set(applied.map(({ unitId }) => unitId));
  const wanted = new Set(drafts.map(({ unitId }) => unitId));
  const leaving = applied.filter((unit) => !wanted.has(unit.unitId) && !isGate(unit)).map(({ unitId }) => unitId);
  const steps = strategySteps({
    strategy: desired.strategy,
    nodes: drafts.map(({ checks, dependsOn, provider, unitId }) => ({
      id: unitId,
      resource: unitId.split('[')[0] ?? unitId,
      provider,
      dependsOn,
      checks,
      existed: before.has(unitId),
    })),
    leaving: leaving.map((id) => ({ id, users: applied.filter(usesUnit(id)).map(({ unitId }) => unitId) })),
  });
  return withSteps(drafts, hasType(offers, GATE_ENGINE, 'poll') ? steps : withoutGates(steps), new Set(leaving));
}

function usesUnit(id: string): (unit: AppliedUnit) => boolean {
  return ({ dependsOn }) => dependsOn.includes(id);
}

function withSteps(
  drafts: readonly UnitDraft[],
  { edges, gates }: StrategySteps,
  leaving: ReadonlySet<string>,
): StrategicUnits {
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
    const added = needs.get(draft.unitId);
    return added === undefined ? draft : { ...draft, dependsOn: [...new Set([...draft.dependsOn, ...added])] };
  });
  return { drafts: all, edges: late };
}

function draftOf({ id, properties, provider, type }: Gate): UnitDraft {
  return {
    ...{ unitId: id, engine: GATE_ENGINE, type, provider, properties },
    ...{ hasReferences: type === 'poll', dependsOn: [], checks: [], preventDestroy: false },
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
