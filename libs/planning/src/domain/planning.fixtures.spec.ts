import { DesiredState, type AppliedUnit, type DesiredStateInput, type RunKind } from '@caisson/contracts';
import { expect, it } from 'vitest';
import type { EngineOffer, EngineOffers, TypeFacts } from './engine-offer.js';
import type { PlanRequest } from './plan-request.js';

/** Seconds and price per month of the vectors' types, in the order of the table that they come from. */
const VECTOR_TYPES: readonly (readonly [string, number, number])[] = [
  ['network', 30, 5],
  ['dns', 60, 2],
  ['storage', 15, 10],
  ['database', 120, 75],
  ['cache', 60, 40],
  ['queue', 60, 15],
  ['compute', 60, 50],
  ['container', 90, 100],
  ['serverless', 30, 20],
  ['load_balancer', 45, 25],
  ['cdn', 60, 30],
];

/** The types' names. */
export const vectorTypes = VECTOR_TYPES.map(([type]) => type);

/** An engine that has all of them. */
export const cloud: EngineOffer = {
  outcome: 'available',
  version: '1.0.0',
  types: Object.fromEntries(
    VECTOR_TYPES.map(([type, seconds, costPerMonth]): [string, TypeFacts] => [
      type,
      { durationMs: seconds * 1000, costPerMonth },
    ]),
  ),
};

/** An installation with that engine, under these names. */
export function offersOf(...names: readonly string[]): EngineOffers {
  return new Map(names.map((name) => [name, cloud]));
}

/** A desired resource without anything special. */
export type Resource = Partial<DesiredStateInput['resources'][number]>;

/** A desired state of these resources. */
export function desired(resources: readonly Resource[], changes: Partial<DesiredStateInput> = {}): DesiredState {
  const named = resources.map((resource, index) => ({ name: `r${index}`, type: 'compute', ...resource }));
  return DesiredState.parse({ name: 'shop', environment: 'staging', resources: named, ...changes });
}

/** A request of run `run`, round 1. */
export function request(
  wanted: DesiredState,
  applied: readonly AppliedUnit[] = [],
  kind: RunKind = 'create',
): PlanRequest {
  return { deploymentId: 'd1', runId: 'run', kind, revision: 1, round: 1, desired: wanted, applied };
}

/** A unit as its engine left it. */
export function applied(unitId: string, changes: Partial<AppliedUnit> = {}): AppliedUnit {
  return {
    unitId,
    engine: 'cloud',
    type: 'compute',
    properties: {},
    dependsOn: [],
    outputs: { id: `id-of-${unitId}` },
    expected: {},
    runId: 'before',
    ...changes,
  };
}

it('knows the eleven types of the vectors', () => {
  expect(vectorTypes).toHaveLength(11);
});
