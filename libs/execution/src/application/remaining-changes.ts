import type { AttributeChange, ChangeAction, PlannedChange } from '@caisson/contracts';
import type { UnitPlan } from '@caisson/engine';
import { jsonEquals } from '@caisson/kernel';

/** What may be left of an approved action after an attempt that was cut off: nothing that reaches further. */
const MAY_REMAIN: Readonly<Record<ChangeAction, readonly ChangeAction[]>> = {
  create: ['create', 'update', 'replace'], // Whatever is there, this run made it.
  update: ['update'],
  replace: ['replace', 'create'],
  delete: ['delete'],
  none: [],
};

/**
 * Whether a new dry run only finishes what was approved: the same things, no further action, and no value that was not
 * in the approved dry run or left open by it. Then it needs no approval of its own.
 *
 * @param approved - the changes that the approved plan names for the unit.
 */
export function onlyFinishes(approved: readonly PlannedChange[], left: UnitPlan['changes']): boolean {
  const byAddress = new Map(approved.map((change) => [change.address, change]));
  return left
    .filter(({ action }) => action !== 'none')
    .every((change) => {
      const before = byAddress.get(change.address);
      if (before === undefined || !MAY_REMAIN[before.action].includes(change.action)) return false;
      return change.attributes.every((attribute) => wasApproved(before.attributes, attribute));
    });
}

function wasApproved(approved: readonly AttributeChange[], left: AttributeChange): boolean {
  const same = approved.find(({ path }) => path === left.path);
  if (same !== undefined && !same.unknown) {
    return left.unknown || (same.sensitive && left.sensitive) || jsonEquals(same.after, left.after);
  }
  return approved.some(({ path, unknown }) => unknown && holds(path, left.path));
}

/** Whether one path is the other or leads to it: `input` holds `input.zones.0`. */
function holds(outer: string, inner: string): boolean {
  return outer === inner || inner.startsWith(`${outer}.`) || outer.startsWith(`${inner}.`);
}
