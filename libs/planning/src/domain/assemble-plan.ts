import type { AppliedUnit, ArtifactRef, ChangeAction, Plan, PlannedChange, PlanUnit } from '@caisson/contracts';
import { digestOf, invariant, type JsonObject } from '@caisson/kernel';
import { assessRisk, isRemoved } from './assess-risk.js';
import { isGate } from './apply-strategy.js';
import type { EngineOffers } from './engine-offer.js';
import type { UnitDraft } from './expand-units.js';
import { criticalPathMs, type UnitOrder } from './order-units.js';
import type { PlanRequest } from './plan-request.js';
import { inputNameOf, type PlanningTables } from './planning-tables.js';
import type { TypeLookup } from './type-lookup.js';

const DATA_IS_LOST = 'What it holds is lost with it.';

/** What an engine said about one unit. */
export interface UnitFinding {
  readonly action: ChangeAction;
  readonly changes: readonly PlannedChange[];
  /** As desired, references resolved where they are known. */
  readonly properties: JsonObject;
  readonly artifact?: ArtifactRef;
  /** Names the state of the world that the engine looked at. */
  readonly basis?: string;
  /** Why the engine could not say; then nothing but the record was looked at. */
  readonly dryRunUnavailable?: string;
}

/** Everything that a plan is put together from. */
export interface PlanParts {
  readonly request: PlanRequest;
  /** Name and version of the planner. */
  readonly planner: string;
  readonly offers: EngineOffers;
  readonly tables: PlanningTables;
  /** Of the tables. */
  readonly lookup: TypeLookup;
  readonly drafts: readonly UnitDraft[];
  readonly deletions: readonly AppliedUnit[];
  readonly order: UnitOrder;
  /** By unit id, of every draft and every deletion. */
  readonly findings: ReadonlyMap<string, UnitFinding>;
}

/** Puts a plan together. The same parts give the same plan, to the digest. O(units + edges + changes). */
export function assemblePlan(parts: PlanParts): Plan {
  const { deletions, drafts, findings, lookup, order, request } = parts;
  const previous = new Map(request.applied.map((unit) => [unit.unitId, unit]));
  const units = listed(parts, [
    ...drafts.map((draft) => draftUnit(parts, draft, previous.get(draft.unitId))),
    ...deletions.map((unit) => deletionUnit(parts, unit)),
  ]);
  const durations = new Map(units.map(({ estimatedMs, unitId }) => [unitId, estimatedMs]));
  const irreversible = irreversibleOf(lookup, units);
  const changing = new Set(units.filter(({ action }) => action !== 'none').map(({ unitId }) => unitId));
  const providers = new Set([
    ...drafts.filter(({ unitId }) => changing.has(unitId)).map(({ provider }) => provider),
    ...deletions.map(({ engine }) => engine),
  ]);
  const risk = assessRisk({
    environment: request.desired.environment,
    units,
    providers,
    irreversible,
    losesData: units
      .filter((unit) => isRemoved(unit) && lookup.facts(unit.engine, unit.type).holdsData)
      .map(({ unitId }) => unitId),
    rules: lookup.risk,
  });
  const plan: Omit<Plan, 'digest'> = {
    runId: request.runId,
    deploymentId: request.deploymentId,
    kind: request.kind,
    strategy: request.desired.strategy,
    gates: gatesOf(units, order),
    units: [...units],
    edges: order.edges.map(([from, to]) => [from, to]),
    waves: wavesOf(order, units),
    changes: units.flatMap(({ unitId }) => findings.get(unitId)?.changes ?? []),
    cost: costOf(parts, units),
    duration: {
      sumMs: units.reduce((sum, { estimatedMs }) => sum + estimatedMs, 0),
      criticalPathMs: criticalPathMs(order, (unitId) => durations.get(unitId) ?? 0),
    },
    risk,
    policy: unseenUnits(units),
    irreversible,
    reasoning: reasoningOf(request, units, { providers, risk }),
    inputs: inputsOf(parts, units),
    outputs: request.kind === 'destroy' ? {} : request.desired.outputs,
  };
  return { digest: digestOf(plan), ...plan };
}

/** The steps that let others start once something has been seen to be well. */
function gatesOf(units: readonly PlanUnit[], { edges }: UnitOrder): Plan['gates'] {
  const gates = units.filter((unit) => isGate(unit) && isStep(unit));
  return gates.map(({ properties, unitId }) => ({
    unitId,
    after: edges.filter(([, to]) => to === unitId).map(([from]) => from),
    before: edges.filter(([from]) => from === unitId).map(([, to]) => to),
    ...(typeof properties['url'] === 'string' ? { url: properties['url'] } : {}),
  }));
}

function isStep({ action }: PlanUnit): boolean {
  return action !== 'none' && action !== 'delete';
}

function reasoningOf(
  { desired }: PlanRequest,
  units: readonly PlanUnit[],
  { providers, risk }: { readonly providers: ReadonlySet<string>; readonly risk: Plan['risk'] },
): string {
  const steps = units.filter(({ action }) => action !== 'none').length;
  const { environment, strategy } = desired;
  const where = providers.size === 0 ? 'no provider' : [...providers].sort().join(', ');
  const made = `Generated ${steps} execution steps for deployment to ${where}`;
  return `${made} using ${strategy} strategy in ${environment} environment. Risk assessment: ${risk.level}.`;
}

/** Wave by wave, in each by priority, then as desired: how people read it. Makes no order of execution. */
function listed({ lookup, order }: PlanParts, units: readonly PlanUnit[]): readonly PlanUnit[] {
  const waveOf = new Map(order.waves.flatMap((wave, index) => wave.map((unitId) => [unitId, index] as const)));
  return units
    .map((unit) => ({
      unit,
      wave: waveOf.get(unit.unitId) ?? 0,
      priority: lookup.facts(unit.engine, unit.type).priority,
    }))
    .sort((one, other) => one.wave - other.wave || one.priority - other.priority)
    .map(({ unit }) => unit);
}

function wavesOf({ waves }: UnitOrder, units: readonly PlanUnit[]): string[][] {
  const waveOf = new Map(waves.flatMap((wave, index) => wave.map((unitId) => [unitId, index] as const)));
  const listing = waves.map((): string[] => []);
  for (const { unitId } of units) listing[waveOf.get(unitId) ?? 0]?.push(unitId);
  return listing;
}

function draftUnit({ findings, lookup }: PlanParts, draft: UnitDraft, previous: AppliedUnit | undefined): PlanUnit {
  const { checks, dependsOn, engine, type, unitId } = draft;
  const { action, artifact, dryRunUnavailable, properties } = findingOf(findings, draft);
  const facts = lookup.facts(engine, type);
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
    ...(dryRunUnavailable === undefined ? {} : { dryRunUnavailable }),
    estimatedMs: action === 'none' ? 0 : facts.durationMs,
    costPerMonth: facts.costPerMonth,
  };
}

function findingOf(findings: PlanParts['findings'], { unitId }: UnitDraft): UnitFinding {
  const finding = findings.get(unitId);
  invariant(finding !== undefined, `nothing was found out about ${unitId}`);
  return finding;
}

function deletionUnit({ findings, lookup }: PlanParts, previous: AppliedUnit): PlanUnit {
  const { dependsOn, engine, properties, type, unitId } = previous;
  const { artifact, dryRunUnavailable } = findings.get(unitId) ?? {};
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
    ...(dryRunUnavailable === undefined ? {} : { dryRunUnavailable }),
    estimatedMs: lookup.facts(engine, type).durationMs,
    costPerMonth: 0,
  };
}

function costOf({ lookup, request }: PlanParts, units: readonly PlanUnit[]): Plan['cost'] {
  const price = ({ engine, type }: AppliedUnit): number => lookup.facts(engine, type).costPerMonth;
  const before = toCents(request.applied.reduce((sum, unit) => sum + price(unit), 0));
  const after = toCents(units.reduce((sum, { costPerMonth }) => sum + costPerMonth, 0));
  const perUnit = units.map(({ costPerMonth, unitId }) => ({ unitId, amount: costPerMonth }));
  return { currency: lookup.currency, before, after, delta: toCents(after - before), perUnit };
}

/** What nobody looked at must not be applied without a person. */
function unseenUnits(units: readonly PlanUnit[]): Plan['policy'] {
  return units.flatMap(({ dryRunUnavailable, unitId }) =>
    dryRunUnavailable === undefined
      ? []
      : [
          {
            rule: 'dry-run',
            outcome: 'deny',
            message: `Nobody could look what ${unitId} changes: ${dryRunUnavailable}`,
          },
        ],
  );
}

/** Sums of prices in binary fractions end in noise; a plan shows cents. */
function toCents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

function irreversibleOf(lookup: TypeLookup, units: readonly PlanUnit[]): Plan['irreversible'] {
  return units.flatMap((unit) => {
    const { holdsData, irreversible } = lookup.facts(unit.engine, unit.type);
    if (!isRemoved(unit) && unit.action !== 'update') return [];
    const reason = irreversible ?? (holdsData && isRemoved(unit) ? DATA_IS_LOST : undefined);
    return reason === undefined ? [] : [{ unitId: unit.unitId, reason }];
  });
}

/** What the engines looked at, by unit id, where they say. */
function worldOf(findings: PlanParts['findings']): Readonly<Record<string, string>> {
  const seen: Record<string, string> = {};
  for (const [unitId, { basis }] of findings) if (basis !== undefined) seen[unitId] = basis;
  return seen;
}

/** Versions and digests of everything that the plan follows from, so that it can be computed again. */
function inputsOf(
  { findings, offers, planner, request, tables }: PlanParts,
  units: readonly PlanUnit[],
): Record<string, string> {
  const inputs: Record<string, string> = {
    planner,
    typeTable: inputNameOf(tables.typeTable),
    priceBook: inputNameOf(tables.priceBook),
    revision: String(request.revision),
    round: String(request.round),
    desired: digestOf(request.desired),
    applied: digestOf(request.applied),
    world: digestOf(worldOf(findings)),
  };
  for (const engine of new Set(units.map((unit) => unit.engine))) {
    const offer = offers.get(engine);
    if (offer?.outcome === 'available') inputs[`engine:${engine}`] = offer.version;
  }
  return inputs;
}
