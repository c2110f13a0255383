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
  const units = listed(parts, [
    ...drafts.map((draft) => draftUnit(parts, draft, previous.get(draft.unitId))),
    ...deletions.map((unit) => deletionUnit(parts, unit)),
  ]);
  const irreversible = irreversibleOf(lookup, units);
  const isChanging = ({ action }: { readonly action: ChangeAction }): boolean => action !== 'none';
  const providers = new Set(units.filter(isChanging).map(({ provider }) => provider));
  const losesData = units.flatMap(({ engine, resources }) =>
    resources.filter((resource) => isRemoved(resource) && lookup.facts(engine, resource.type).holdsData),
  );
  const risk = assessRisk({
    environment: request.desired.environment,
    resources: units.flatMap(({ resources }) => resources),
    providers,
    irreversible,
    losesData: losesData.map(({ address }) => address),
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
  const steps = units.flatMap(({ resources }) => resources.filter(({ action }) => action !== 'none')).length;
  const { environment, strategy } = desired;
  const where = providers.size === 0 ? 'no provider' : [...providers].sort().join(', ');
  const made = `Generated ${steps} execution steps for deployment to ${where}`;
  return `${made} using ${strategy} strategy in ${environment} environment. Risk assessment: ${risk.level}.`;
}

/** Wave by wave, in each by priority, then as desired: how people read it. Makes no order of execution. */
function listed({ lookup, order }: PlanParts, units: readonly PlanUnit[]): readonly PlanUnit[] {
  const waveOf = placesIn(order);
  return units
    .map((unit) => ({
      unit,
      wave: waveOf.get(unit.unitId) ?? 0,
      priority: unit.resources.reduce(
        (least, { type }) => Math.min(least, lookup.facts(unit.engine, type).priority),
        Infinity,
      ),
    }))
    .sort((one, other) => one.wave - other.wave || one.priority - other.priority)
    .map(({ unit }) => unit);
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
function listedWithin({ lookup }: PlanParts, engine: string, resources: readonly PlanResource[]): PlanResource[] {
  if (resources.length < 2) return [...resources];
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

function wavesOf(order: UnitOrder, units: readonly PlanUnit[]): string[][] {
  const waveOf = placesIn(order);
  const listing = order.waves.map((): string[] => []);
  for (const { unitId } of units) listing[waveOf.get(unitId) ?? 0]?.push(unitId);
  return listing;
}

function draftUnit(parts: PlanParts, draft: UnitDraft, previous: AppliedUnit | undefined): PlanUnit {
  const { dependsOn, engine, leaving, resources, unitId } = draft;
  const finding = parts.findings.get(unitId);
  invariant(finding !== undefined, `nothing was found out about ${unitId}`);
  const { action, artifact, dryRunUnavailable } = finding;
  const planned = [
    ...listedWithin(parts, engine, draftResources(parts, resources, finding)),
    ...leaving.map((resource) => leavingResource(parts, engine, resource)),
  ];
  return {
    unitId,
    engine,
    ...placeOf(draft),
    action,
    resources: planned,
    dependsOn: [...dependsOn],
    ...(previous === undefined ? {} : { previous }),
    ...(artifact === undefined ? {} : { artifact }),
    ...(dryRunUnavailable === undefined ? {} : { dryRunUnavailable }),
    ...totalsOf(planned),
  };
}

function draftResources(
  parts: PlanParts,
  drafts: readonly ResourceDraft[],
  { resources }: UnitFinding,
): readonly PlanResource[] {
  const findings = new Map(resources.map((found) => [found.address, found]));
  return drafts.map((draft) => draftResource(parts, draft, findings.get(draft.address)));
}

function draftResource({ lookup }: PlanParts, draft: ResourceDraft, found: ResourceFinding | undefined): PlanResource {
  const { address, checks, dependsOn, engine, lifecycle, tags, type } = draft;
  invariant(found !== undefined, `nothing was found out about ${address}`);
  const facts = lookup.facts(engine, type);
  return {
    address,
    type,
    properties: found.properties,
    dependsOn: [...dependsOn],
    ...(tags === undefined ? {} : { tags }),
    ...(lifecycle === undefined ? {} : { lifecycle }),
    action: found.action,
    checks: [...checks],
    estimatedMs: found.action === 'none' ? 0 : facts.durationMs,
    costPerMonth: facts.costPerMonth,
  };
}

function leavingResource({ lookup }: PlanParts, engine: string, resource: AppliedResource): PlanResource {
  const { expected: _seen, outputs: _given, ...definition } = resource;
  const estimatedMs = lookup.facts(engine, resource.type).durationMs;
  return { ...definition, action: 'delete', checks: [], estimatedMs, costPerMonth: 0 };
}

function deletionUnit(parts: PlanParts, previous: AppliedUnit): PlanUnit {
  const { dependsOn, engine, resources, unitId } = previous;
  const { artifact, dryRunUnavailable } = parts.findings.get(unitId) ?? {};
  const planned = resources.map((resource) => leavingResource(parts, engine, resource));
  return {
    unitId,
    engine,
    ...placeOf(previous),
    action: 'delete',
    resources: planned,
    dependsOn,
    previous,
    ...(artifact === undefined ? {} : { artifact }),
    ...(dryRunUnavailable === undefined ? {} : { dryRunUnavailable }),
    ...totalsOf(planned),
  };
}

type Place = Pick<PlanUnit, 'provider' | 'region' | 'credential' | 'plugin'>;

function placeOf({ credential, plugin, provider, region }: Place): Place {
  return {
    provider,
    ...(region === undefined ? {} : { region }),
    ...(credential === undefined ? {} : { credential }),
    ...(plugin === undefined ? {} : { plugin }),
  };
}

function totalsOf(resources: readonly PlanResource[]): Pick<PlanUnit, 'estimatedMs' | 'costPerMonth'> {
  return {
    estimatedMs: resources.reduce((sum, resource) => sum + resource.estimatedMs, 0),
    costPerMonth: toCents(resources.reduce((sum, resource) => sum + resource.costPerMonth, 0)),
  };
}

function costOf({ lookup, request }: PlanParts, units: readonly PlanUnit[]): Plan['cost'] {
  const prices = request.applied.flatMap(({ engine, resources }) =>
    resources.map(({ type }) => lookup.facts(engine, type).costPerMonth),
  );
  const before = toCents(prices.reduce((sum, price) => sum + price, 0));
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
  return units.flatMap(({ engine, resources, unitId }) =>
    resources.flatMap((resource) => {
      const { holdsData, irreversible } = lookup.facts(engine, resource.type);
      if (!isRemoved(resource) && resource.action !== 'update') return [];
      const reason = irreversible ?? (holdsData && isRemoved(resource) ? DATA_IS_LOST : undefined);
      return reason === undefined ? [] : [{ unitId, resource: resource.address, reason }];
    }),
  );
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
