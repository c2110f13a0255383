import type { AppliedUnit, ArtifactRef, ChangeAction, Plan, PlannedChange, PlanUnit } from '@caisson/contracts';
import { digestOf, invariant, type JsonObject } from '@caisson/kernel';
import { assessRisk, isRemoved } from './assess-risk.js';
import { factsOf, type EngineOffers } from './engine-offer.js';
import type { UnitDraft } from './expand-units.js';
import { criticalPathMs, type UnitOrder } from './order-units.js';
import type { PlanRequest } from './plan-request.js';

/** The prices are those of the engines' types. Raise it when the way they are added up changes. */
const PRICE_BOOK = 'engine-types/1';
const CURRENCY = 'USD';

/** What an engine said about one unit. */
export interface UnitFinding {
  readonly action: ChangeAction;
  readonly changes: readonly PlannedChange[];
  /** As desired, references resolved where they are known. */
  readonly properties: JsonObject;
  readonly artifact?: ArtifactRef;
}

/** Everything that a plan is put together from. */
export interface PlanParts {
  readonly request: PlanRequest;
  /** Name and version of the planner. */
  readonly planner: string;
  readonly offers: EngineOffers;
  readonly drafts: readonly UnitDraft[];
  readonly deletions: readonly AppliedUnit[];
  readonly order: UnitOrder;
  /** By unit id, of every draft and every deletion. */
  readonly findings: ReadonlyMap<string, UnitFinding>;
}

/** Puts a plan together. The same parts give the same plan, to the digest. O(units + edges + changes). */
export function assemblePlan(parts: PlanParts): Plan {
  const { deletions, drafts, findings, order, request } = parts;
  const previous = new Map(request.applied.map((unit) => [unit.unitId, unit]));
  const units = [
    ...drafts.map((draft) => draftUnit(parts, draft, previous.get(draft.unitId))),
    ...deletions.map((unit) => deletionUnit(parts, unit)),
  ];
  const durations = new Map(units.map(({ estimatedMs, unitId }) => [unitId, estimatedMs]));
  const irreversible = irreversibleOf(parts.offers, units);
  const changing = new Set(units.filter(({ action }) => action !== 'none').map(({ unitId }) => unitId));
  const providers = new Set([
    ...drafts.filter(({ unitId }) => changing.has(unitId)).map(({ provider }) => provider),
    ...deletions.map(({ engine }) => engine),
  ]);
  const plan: Omit<Plan, 'digest'> = {
    runId: request.runId,
    deploymentId: request.deploymentId,
    kind: request.kind,
    units,
    edges: order.edges.map(([from, to]) => [from, to]),
    waves: order.waves.map((wave) => [...wave]),
    changes: units.flatMap(({ unitId }) => findings.get(unitId)?.changes ?? []),
    cost: costOf(parts, units),
    duration: {
      sumMs: units.reduce((sum, { estimatedMs }) => sum + estimatedMs, 0),
      criticalPathMs: criticalPathMs(order, (unitId) => durations.get(unitId) ?? 0),
    },
    risk: assessRisk({ environment: request.desired.environment, units, providers, irreversible }),
    policy: [],
    irreversible,
    inputs: inputsOf(parts, units),
    outputs: request.kind === 'destroy' ? {} : request.desired.outputs,
  };
  return { digest: digestOf(plan), ...plan };
}

function draftUnit({ findings, offers }: PlanParts, draft: UnitDraft, previous: AppliedUnit | undefined): PlanUnit {
  const { checks, dependsOn, engine, type, unitId } = draft;
  const { action, artifact, properties } = findingOf(findings, draft);
  const facts = factsOf(offers, engine, type);
  return {
    unitId,
    engine,
    type,
    action,
    dependsOn: [...dependsOn],
    properties,
    checks: [...checks],
    ...(previous === undefined ? {} : { previous }),
    ...(artifact === undefined ? {} : { artifact }),
    estimatedMs: action === 'none' ? 0 : (facts?.durationMs ?? 0),
    costPerMonth: facts?.costPerMonth ?? 0,
  };
}

function findingOf(findings: PlanParts['findings'], { unitId }: UnitDraft): UnitFinding {
  const finding = findings.get(unitId);
  invariant(finding !== undefined, `nothing was found out about ${unitId}`);
  return finding;
}

function deletionUnit({ findings, offers }: PlanParts, previous: AppliedUnit): PlanUnit {
  const { dependsOn, engine, properties, type, unitId } = previous;
  const artifact = findings.get(unitId)?.artifact;
  return {
    unitId,
    engine,
    type,
    action: 'delete',
    dependsOn,
    properties,
    checks: [],
    previous,
    ...(artifact === undefined ? {} : { artifact }),
    estimatedMs: factsOf(offers, engine, type)?.durationMs ?? 0,
    costPerMonth: 0,
  };
}

function costOf({ offers, request }: PlanParts, units: readonly PlanUnit[]): Plan['cost'] {
  const price = ({ engine, type }: AppliedUnit): number => factsOf(offers, engine, type)?.costPerMonth ?? 0;
  const before = toCents(request.applied.reduce((sum, unit) => sum + price(unit), 0));
  const after = toCents(units.reduce((sum, { costPerMonth }) => sum + costPerMonth, 0));
  const perUnit = units.map(({ costPerMonth, unitId }) => ({ unitId, amount: costPerMonth }));
  return { currency: CURRENCY, before, after, delta: toCents(after - before), perUnit };
}

/** Sums of prices in binary fractions end in noise; a plan shows cents. */
function toCents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

function irreversibleOf(offers: EngineOffers, units: readonly PlanUnit[]): Plan['irreversible'] {
  return units.flatMap((unit) => {
    const reason = factsOf(offers, unit.engine, unit.type)?.irreversible;
    const loses = isRemoved(unit) || unit.action === 'update';
    return reason !== undefined && loses ? [{ unitId: unit.unitId, reason }] : [];
  });
}

/** Versions and digests of everything that the plan follows from, so that it can be computed again. */
function inputsOf({ offers, planner, request }: PlanParts, units: readonly PlanUnit[]): Record<string, string> {
  const inputs: Record<string, string> = {
    planner,
    prices: PRICE_BOOK,
    revision: String(request.revision),
    round: String(request.round),
    desired: digestOf(request.desired),
    applied: digestOf(request.applied),
  };
  for (const engine of new Set(units.map((unit) => unit.engine))) {
    const offer = offers.get(engine);
    if (offer?.outcome === 'available') inputs[`engine:${engine}`] = offer.version;
  }
  return inputs;
}
