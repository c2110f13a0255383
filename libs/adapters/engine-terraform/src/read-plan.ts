import type { AttributeChange, ChangeAction } from '@caisson/contracts';
import type { PlanRequest, UnitPlan } from '@caisson/engine';
import type { Redactor } from '@caisson/tool-process';
import { redactorOfPlan } from './find-secrets.js';
import { changedAttributes, redactTexts } from './masking.js';
import type { PlanJson, PlannedResourceChange, ValueChange } from './terraform-json.js';

/** What Terraform's action words mean here. Several words are a replacement, whatever their order. */
const ACTIONS: Readonly<Record<string, ChangeAction>> = {
  'no-op': 'none',
  read: 'none',
  create: 'create',
  update: 'update',
  delete: 'delete',
  forget: 'update',
};

/** The changes of a saved plan. `absent` = nothing of the unit exists. */
export function readPlan(plan: PlanJson, given: { readonly absent: boolean; readonly destroy: boolean }): UnitPlan {
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
    .map((change) => ({ ...change, attributes: redactedAttributes(change.attributes, redactor) }));
  return {
    action: unitAction(
      changes.map((change) => change.action),
      given,
    ),
    changes,
  };
}

/** A plan for a unit whose input is not known yet: no dry run is possible, only what will be done is said. */
export function deferredPlan(request: PlanRequest): UnitPlan {
  const { unit, previous, unknowns, destroy } = request;
  const whenNotDestroyed = previous === undefined ? 'create' : 'update';
  const action = destroy ? 'delete' : whenNotDestroyed;
  const attributes = unknowns.map((path) => ({ path, sensitive: false, unknown: true }));
  return { action, changes: [{ address: unit.unitId, action, attributes }] };
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
