import {
  shownUrl,
  type AppliedResource,
  type AppliedUnit,
  type ArtifactRef,
  type ChangeAction,
  type Plan,
  type PlannedChange,
  type PlanResource,
  type PlanUnit,
} from '@caisson/contracts';
import { digestOf, invariant, type JsonObject } from '@caisson/kernel';
import { assessRisk, isRemoved } from './assess-risk.js';
import { isGate } from './apply-strategy.js';
import { criticalPathMs } from './critical-path.js';
import type { EngineOffers } from './engine-offer.js';
import type { ResourceDraft } from './expand-resources.js';
import type { UnitDraft } from './group-units.js';
import type { UnitOrder } from './order-units.js';
import type { PlanRequest } from './plan-request.js';
import { inputNameOf, type PlanningTables } from './planning-tables.js';
import type { TypeLookup } from './type-lookup.js';

const DATA_IS_LOST = 'What it holds is lost with it.';

/** What an engine said about one resource. */
export interface ResourceFinding {
  readonly address: string;
  readonly action: ChangeAction;
  /** As desired, references resolved where they are known. */
  readonly properties: JsonObject;
}

/** What an engine said about one unit. */
export interface UnitFinding {
  readonly action: ChangeAction;
  readonly changes: readonly PlannedChange[];
  /** Of every resource that is desired or goes with the unit. Plain JSON: it is recorded. */
  readonly resources: readonly ResourceFinding[];
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

/** Puts a plan together. The same parts give the same plan, to the digest. O(resources + edges + changes). */
export function assemblePlan(parts: PlanParts): Plan {
  const { deletions, drafts, findings, lookup, order, request } = parts;
  const previous = new Map(request.applied.map((unit) => [unit.unitId, unit]));
  const waves = listed(parts, [
    ...drafts.map((draft) => draftUnit(parts, draft, previous.get(draft.unitId))),
    ...deletions.map((unit) => deletionUnit(parts, unit)),
  ]);
  const units = waves.flat();
  const irreversible = irreversibleOf(lookup, units);
  const providers = new Set<string>();
  for (const { action, provider } of units) if (action !== 'none') providers.add(provider);
  const risk = assessRisk({
    environment: request.desired.environment,
    resources: units.flatMap(({ resources }) => resources),
    providers,
    irreversible,
    losesData: losingData(lookup, units),
    rules: lookup.risk,
  });
  const plan: Omit<Plan, 'digest'> = {
    runId: request.runId,
    deploymentId: request.deploymentId,
    kind: request.kind,
    strategy: request.desired.strategy,
    gates: gatesOf(units, order),
    units,
    edges: [...order.edges],
    waves: waves.map((wave) => wave.map(({ unitId }) => unitId)),
    changes: changesOf(units, findings),
    cost: costOf(parts, units),
    duration: {
      sumMs: units.reduce((sum, { estimatedMs }) => sum + estimatedMs, 0),
      criticalPathMs: criticalPathMs(order, units),
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
  return gates.map(({ resources, unitId }) => ({
    unitId,
    after: edges.filter(([, to]) => to === unitId).map(([from]) => from),
    before: edges.filter(([from]) => from === unitId).map(([, to]) => to),
    ...urlOf(resources[0]?.properties ?? {}),
  }));
}

function urlOf({ url }: JsonObject): { readonly url?: string } {
  return typeof url === 'string' ? { url: shownUrl(url) } : {};
}

function isStep({ action }: PlanUnit): boolean {
  return action !== 'none' && action !== 'delete';
}

function reasoningOf(
  { desired }: PlanRequest,
  units: readonly PlanUnit[],
  { providers, risk }: { readonly providers: ReadonlySet<string>; readonly risk: Plan['risk'] },
): string {
  let steps = 0;
  for (const { resources } of units) for (const { action } of resources) if (action !== 'none') steps += 1;
  const { environment, strategy } = desired;
  const where = providers.size === 0 ? 'no provider' : [...providers].sort().join(', ');
  const made = `Generated ${steps} execution steps for deployment to ${where}`;
  return `${made} using ${strategy} strategy in ${environment} environment. Risk assessment: ${risk.level}.`;
}

/** Wave by wave, in each by priority, then as desired: how people read it. Makes no order of execution. */
function listed({ lookup, order }: PlanParts, units: readonly PlanUnit[]): readonly (readonly PlanUnit[])[] {
  const waveOf = placesIn(order);
  const waves = order.waves.map(() => new Map<number, PlanUnit[]>());
  for (const unit of units) {
    let priority = Infinity;
    for (const { type } of unit.resources) priority = Math.min(priority, lookup.facts(unit.engine, type).priority);
    const wave = waves[waveOf.get(unit.unitId) ?? 0];
    const alike = wave?.get(priority);
    if (alike === undefined) wave?.set(priority, [unit]);
    else alike.push(unit);
  }
  return waves.map((wave) => [...wave.keys()].sort((one, other) => one - other).flatMap((key) => wave.get(key) ?? []));
}

/** The wave of each unit, from 0. */
function placesIn({ waves }: UnitOrder): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  waves.forEach((wave, index) => {
    for (const unitId of wave) places.set(unitId, index);
  });
  return places;
}

/** The same within a unit. */
function listedWithin({ lookup }: PlanParts, engine: string, resources: PlanResource[]): PlanResource[] {
  if (resources.length < 2) return resources;
  const waveOf = new Map<string, number>();
  return resources
    .map((resource) => {
      const wave = resource.dependsOn.reduce((latest, id) => Math.max(latest, (waveOf.get(id) ?? -1) + 1), 0);
      waveOf.set(resource.address, wave);
      return { resource, wave, priority: lookup.facts(engine, resource.type).priority };
    })
    .sort((one, other) => one.wave - other.wave || one.priority - other.priority)
    .map(({ resource }) => resource);
}

function draftUnit(parts: PlanParts, draft: UnitDraft, previous: AppliedUnit | undefined): PlanUnit {
  const { engine, leaving, unitId } = draft;
  const finding = parts.findings.get(unitId);
  invariant(finding !== undefined, `nothing was found out about ${unitId}`);
  const resources = listedWithin(parts, engine, draftResources(parts, draft.resources, finding));
  for (const resource of leaving) resources.push(leavingResource(parts, engine, resource));
  return planUnit(draft, { resources, previous, finding });
}

function draftResources(
  parts: PlanParts,
  drafts: readonly ResourceDraft[],
  { resources }: UnitFinding,
): PlanResource[] {
  let byAddress: ReadonlyMap<string, ResourceFinding> | undefined;
  return drafts.map((draft, index) => {
    const next = resources[index]; // Engines answer in the order in which they were asked, as a rule.
    if (next?.address === draft.address) return draftResource(parts, draft, next);
    byAddress ??= new Map(resources.map((found) => [found.address, found]));
    return draftResource(parts, draft, byAddress.get(draft.address));
  });
}

// Members in the order of their names, and all of them in each: such objects are printed for the digest as they are.

function draftResource({ lookup }: PlanParts, draft: ResourceDraft, found: ResourceFinding | undefined): PlanResource {
  const { address, checks, dependsOn, engine, lifecycle, tags, type } = draft;
  invariant(found !== undefined, `nothing was found out about ${address}`);
  const { action, properties } = found;
  const { costPerMonth, durationMs } = lookup.facts(engine, type);
  return {
    action,
    address,
    checks: [...checks],
    costPerMonth,
    dependsOn: [...dependsOn],
    estimatedMs: action === 'none' ? 0 : durationMs,
    lifecycle,
    properties,
    tags,
    type,
  };
}

function planUnit(
  unit: Pick<
    AppliedUnit | UnitDraft,
    'unitId' | 'engine' | 'provider' | 'region' | 'credential' | 'plugin' | 'dependsOn'
  >,
  made: {
    readonly resources: PlanResource[];
    readonly previous: AppliedUnit | undefined;
    readonly finding: Pick<UnitFinding, 'action' | 'artifact' | 'dryRunUnavailable'>;
  },
): PlanUnit {
  const { credential, dependsOn, engine, plugin, provider, region, unitId } = unit;
  const { finding, previous, resources } = made;
  const { action, artifact, dryRunUnavailable } = finding;
  let [costPerMonth, estimatedMs] = [0, 0];
  for (const resource of resources) {
    costPerMonth += resource.costPerMonth;
    estimatedMs += resource.estimatedMs;
  }
  return {
    action,
    artifact,
    costPerMonth: toCents(costPerMonth),
    credential,
    dependsOn: [...dependsOn],
    dryRunUnavailable,
    engine,
    estimatedMs,
    plugin,
    previous,
    provider,
    region,
    resources,
    unitId,
  };
}

function leavingResource({ lookup }: PlanParts, engine: string, resource: AppliedResource): PlanResource {
  const { expected: _seen, outputs: _given, ...definition } = resource;
  const estimatedMs = lookup.facts(engine, resource.type).durationMs;
  return { ...definition, action: 'delete', checks: [], estimatedMs, costPerMonth: 0 };
}

function deletionUnit(parts: PlanParts, previous: AppliedUnit): PlanUnit {
  const { engine, unitId } = previous;
  const resources = previous.resources.map((resource) => leavingResource(parts, engine, resource));
  return planUnit(previous, { resources, previous, finding: { ...parts.findings.get(unitId), action: 'delete' } });
}

function costOf({ lookup, request }: PlanParts, units: readonly PlanUnit[]): Plan['cost'] {
  const prices = request.applied.flatMap(({ engine, resources }) =>
    resources.map(({ type }) => lookup.facts(engine, type).costPerMonth),
  );
  const before = toCents(prices.reduce((sum, price) => sum + price, 0));
  const after = toCents(units.reduce((sum, { costPerMonth }) => sum + costPerMonth, 0));
  const perUnit = units.map(({ costPerMonth, unitId }) => ({ amount: costPerMonth, unitId }));
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

function changesOf(units: readonly PlanUnit[], findings: PlanParts['findings']): PlannedChange[] {
  const changes: PlannedChange[] = [];
  for (const { unitId } of units) for (const change of findings.get(unitId)?.changes ?? []) changes.push(change);
  return changes;
}

function irreversibleOf(lookup: TypeLookup, units: readonly PlanUnit[]): Plan['irreversible'] {
  const irreversible: Plan['irreversible'] = [];
  for (const { engine, resources, unitId } of units) {
    for (const resource of resources) {
      if (!isRemoved(resource) && resource.action !== 'update') continue;
      const facts = lookup.facts(engine, resource.type);
      const reason = facts.irreversible ?? (facts.holdsData && isRemoved(resource) ? DATA_IS_LOST : undefined);
      if (reason !== undefined) irreversible.push({ unitId, resource: resource.address, reason });
    }
  }
  return irreversible;
}

/** Addresses of what holds data and goes. */
function losingData(lookup: TypeLookup, units: readonly PlanUnit[]): readonly string[] {
  const losing: string[] = [];
  for (const { engine, resources } of units) {
    for (const resource of resources) {
      if (isRemoved(resource) && lookup.facts(engine, resource.type).holdsData) losing.push(resource.address);
    }
  }
  return losing;
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
