import type { AttributeChange, ChangeAction } from '@caisson/contracts';
import type { PlanRequest, UnitPlan } from '@caisson/engine';
import { jsonEquals } from '@caisson/kernel';
import type { Redactor } from '@caisson/tool-process';
import { redactorOfPlan } from './find-secrets.js';
import { changedAttributes, redactTexts } from './masking.js';
import type { PlanJson, PlannedResourceChange, ValueChange } from './terraform-json.js';
import type { UnitLayout } from './unit-layout.js';

/** What Terraform's action words mean here. Several words are a replacement, whatever their order. */
const ACTIONS: Readonly<Record<string, ChangeAction>> = {
  'no-op': 'none',
  read: 'none',
  create: 'create',
  update: 'update',
  delete: 'delete',
  forget: 'update',
};

/** What a plan is read for. */
export interface PlanReading {
  readonly layout: UnitLayout;
  /** Nothing of the unit exists. */
  readonly absent: boolean;
  readonly destroy: boolean;
}

/** The changes of a saved plan. */
export function readPlan(plan: PlanJson, given: PlanReading): UnitPlan {
  const resources = plan.resource_changes
    .filter((change) => change.mode === 'managed')
    .map((change) => ({
      address: addressOf(change),
      action: actionOf(change.change),
      attributes: attributesOf(change.change),
    }));
  const outputs = Object.entries(plan.output_changes).map(([name, change]) => ({
    address: `output.${name}`,
    action: actionOf(change),
    attributes: attributesOf(change),
  }));
  const redactor = redactorOfPlan(plan);
  const changes = [...resources, ...outputs]
    .filter((change) => change.action !== 'none')
    .map(({ address, ...change }) => ({
      resource: given.layout.ownerOf(address),
      address,
      ...change,
      attributes: redactedAttributes(change.attributes, redactor),
    }));
  const action = unitAction(
    changes.map((change) => change.action),
    given,
  );
  return { action, resources: resourceActions(given.layout, changes, given), changes };
}

/** Per resource: what happens to all of its things together. Those that go with the plan are listed too. */
function resourceActions(
  { resources }: UnitLayout,
  changes: UnitPlan['changes'],
  given: { readonly absent: boolean; readonly destroy: boolean },
): UnitPlan['resources'] {
  const actions = new Map<string, ChangeAction[]>(resources.map((address) => [address, []]));
  for (const { action, resource } of changes) actions.set(resource, [...(actions.get(resource) ?? []), action]);
  return [...actions].map(([address, found]) => {
    const [first, ...more] = found;
    return { address, action: first !== undefined && more.length === 0 ? first : unitAction(found, given) };
  });
}

/** A plan for a unit whose input is not known yet: no dry run is possible, and only what follows is said. */
export function deferredPlan({ unit, previous, unknowns }: PlanRequest): UnitPlan {
  const before = new Map(previous?.resources.map((resource) => [resource.address, resource]));
  const wanted = unit.resources.map((resource) => {
    const recorded = before.get(resource.address);
    const attributes = unknowns
      .filter((unknown) => unknown.resource === resource.address)
      .map(({ path }) => ({ path, sensitive: false, unknown: true }));
    const same = attributes.length === 0 && jsonEquals(recorded?.properties ?? {}, resource.properties);
    const kept: ChangeAction = same ? 'none' : 'update';
    return { address: resource.address, action: recorded === undefined ? ('create' as const) : kept, attributes };
  });
  const addresses = new Set(unit.resources.map(({ address }) => address));
  const going = [...before.keys()]
    .filter((address) => !addresses.has(address))
    .map((address) => ({ address, action: 'delete' as const, attributes: [] }));
  const all = [...wanted, ...going];
  return {
    action: previous === undefined ? 'create' : 'update',
    resources: all.map(({ action, address }) => ({ address, action })),
    changes: all
      .filter(({ action }) => action !== 'none')
      .map(({ address, ...change }) => ({ resource: address, address, ...change })),
  };
}

/** The action of one resource. */
export function actionOf(change: Pick<ValueChange, 'actions'>): ChangeAction {
  const [first = 'no-op', ...more] = change.actions;
  if (more.length > 0) return change.actions.includes('create') ? 'replace' : 'update';
  return ACTIONS[first] ?? 'update';
}

/** The address of a resource; an object that waits to be destroyed has its key in it. */
export function addressOf(change: Pick<PlannedResourceChange, 'address' | 'deposed'>): string {
  return change.deposed === undefined ? change.address : `${change.address} (deposed ${change.deposed})`;
}

function redactedAttributes(attributes: readonly AttributeChange[], redactor: Redactor): readonly AttributeChange[] {
  return attributes.map((attribute) => ({
    ...attribute,
    ...(attribute.before === undefined ? {} : { before: redactTexts(attribute.before, redactor) }),
    ...(attribute.after === undefined ? {} : { after: redactTexts(attribute.after, redactor) }),
  }));
}

function unitAction(
  actions: readonly ChangeAction[],
  given: { readonly absent: boolean; readonly destroy: boolean },
): ChangeAction {
  if (actions.length === 0) return 'none';
  if (given.destroy) return 'delete';
  if (given.absent) return 'create';
  return actions.every((action) => action === 'replace') ? 'replace' : 'update';
}

function attributesOf(change: ValueChange) {
  return changedAttributes({
    before: change.before,
    after: change.after,
    afterUnknown: change.after_unknown,
    beforeSensitive: change.before_sensitive,
    afterSensitive: change.after_sensitive,
  });
}
