import type { Plan } from '@caisson/contracts';
import { jsonEquals, type Json } from '@caisson/kernel';
import { assemblePlan, type UnitFinding } from './assemble-plan.js';
import type { EngineOffer, EngineOffers } from './engine-offer.js';
import type { PlanRequest } from './plan-request.js';
import type { PlanningTables, TableVersion } from './planning-tables.js';
import { prepareUnits, type Refusal } from './prepare-units.js';
import { TypeLookup } from './type-lookup.js';

type TableName = Omit<TableVersion<unknown>, 'content'>;

/** All that a plan follows from. With the tables of these versions it can be computed again at any time. */
export interface PlanInputs {
  /** Name and version of the planner. */
  readonly planner: string;
  readonly request: PlanRequest;
  readonly typeTable: TableName;
  readonly priceBook: TableName;
  /** What each engine of the installation offered. */
  readonly engines: readonly (readonly [string, EngineOffer])[];
  /** What the engines said about each unit, by unit id: the state of the world as it was then. */
  readonly findings: readonly (readonly [string, UnitFinding])[];
}

/** One place where two plans differ. */
export interface PlanDifference {
  /** As a JSON pointer (RFC 6901) into the plan. */
  readonly pointer: string;
  readonly recorded?: Json;
  readonly recomputed?: Json;
}

/** Differences that are listed; more say nothing new. */
const DIFFERENCES_MAX = 20;

/** What was asked and heard, in the form that is kept. */
export function inputsOf(heard: {
  readonly planner: string;
  readonly request: PlanRequest;
  readonly tables: PlanningTables;
  readonly offers: EngineOffers;
  readonly findings: ReadonlyMap<string, UnitFinding>;
}): PlanInputs {
  const { findings, offers, planner, request, tables } = heard;
  return {
    planner,
    request,
    typeTable: nameOf(tables.typeTable),
    priceBook: nameOf(tables.priceBook),
    engines: [...offers],
    findings: [...findings],
  };
}

/** Computes the plan of recorded inputs again. The same inputs give the same plan, to the digest. */
export function planOf(inputs: PlanInputs, tables: PlanningTables): Plan | Refusal {
  const { planner, request } = inputs;
  const [offers, lookup] = [new Map(inputs.engines), TypeLookup.of(tables)];
  const prepared = prepareUnits(request, { offers, lookup });
  if (prepared.outcome === 'refused') return prepared;
  return assemblePlan({ request, planner, offers, tables, lookup, ...prepared, findings: new Map(inputs.findings) });
}

/** Where two plans differ, member by member; at most `DIFFERENCES_MAX`, none for equal plans. */
export function differencesOf(recorded: Json, recomputed: Json, pointer = ''): readonly PlanDifference[] {
  if (jsonEquals(recorded, recomputed)) return [];
  if (!isContainer(recorded) || !isContainer(recomputed) || Array.isArray(recorded) !== Array.isArray(recomputed)) {
    return [{ pointer, recorded, recomputed }];
  }
  const [before, after] = [recorded as Record<string, Json>, recomputed as Record<string, Json>];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const found: PlanDifference[] = [];
  for (const key of keys) {
    if (found.length >= DIFFERENCES_MAX) break;
    found.push(
      ...differenceAt(before[key], after[key], `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    );
  }
  return found.slice(0, DIFFERENCES_MAX);
}

function differenceAt(recorded: Json | undefined, recomputed: Json | undefined, pointer: string) {
  if (recorded !== undefined && recomputed !== undefined) return differencesOf(recorded, recomputed, pointer);
  const one = recorded === undefined ? {} : { recorded };
  return [{ pointer, ...one, ...(recomputed === undefined ? {} : { recomputed }) }];
}

function isContainer(value: Json): boolean {
  return typeof value === 'object' && value !== null;
}

function nameOf({ digest, version }: TableName): TableName {
  return { version, digest };
}
