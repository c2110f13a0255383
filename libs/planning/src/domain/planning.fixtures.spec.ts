import {
  DesiredState,
  type AppliedResource,
  type AppliedUnit,
  type DesiredStateInput,
  type RunKind,
} from '@caisson/contracts';
import { expect, it } from 'vitest';
import type { EngineOffer, EngineOffers } from './engine-offer.js';
import { BUILT_IN_TABLES } from './planning-tables.js';
import type { PlanRequest } from './plan-request.js';
import { TypeLookup } from './type-lookup.js';

/** The types of the vectors, in the order of the table that they come from. */
export const vectorTypes = Object.keys(BUILT_IN_TABLES.typeTable.content.types);

/** An engine that has all of them. */
export const cloud: EngineOffer = {
  outcome: 'available',
  version: '1.0.0',
  types: vectorTypes,
  takesPlugins: false,
  resourcesPerUnitMax: 1,
  alone: [],
};

/** An installation with that engine, under these names. */
export function offersOf(...names: readonly string[]): EngineOffers {
  return new Map(names.map((name) => [name, cloud]));
}

/** The tables that come with Caisson. */
export const lookup = new TypeLookup(BUILT_IN_TABLES);

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

/** A unit of one resource, as its engine left it. */
export function applied(
  unitId: string,
  changes: Partial<Omit<AppliedUnit, 'resources'> & AppliedResource> = {},
): AppliedUnit {
  const { dependsOn = [], engine = 'cloud', provider = engine, type = 'compute', ...more } = changes;
  const { address = unitId, properties = {}, outputs = { id: `id-of-${address}` }, expected = {}, lifecycle } = more;
  const kept = lifecycle === undefined ? {} : { lifecycle };
  const resource = { address, type, properties, dependsOn, outputs, expected, ...kept };
  return { unitId, engine, provider, resources: [resource], dependsOn, runId: 'before' };
}

it('knows the eleven types of the vectors', () => {
  expect(vectorTypes).toHaveLength(11);
});
