import type { HeldLease } from '@caisson/event-sourcing';
import { Fault } from '@caisson/kernel';
import { recordOrder, type Operator } from './orders.js';
import { printList } from './print-list.js';
import { withStore, type Surroundings, type Terminal } from './surroundings.js';

/** Prints who may act on what, of one tenant or of all. */
export async function listLeases(
  terminal: Terminal,
  options: { readonly tenant?: string; readonly json?: boolean },
): Promise<void> {
  const filter = options.tenant === undefined ? {} : { tenantId: options.tenant };
  await printList(terminal, {
    first: (limit) => withStore(terminal, ({ recovery }) => recovery.leases({ ...filter, limit })),
    head: ['TENANT', 'RESOURCE', 'HOLDER', 'TOKEN', 'EXPIRES'],
    cellsOf,
    none: 'Nobody holds a lease.',
    narrowedBy: '--tenant',
    json: options.json,
  });
}

/**
 * Takes a lease from its holder; the order is recorded with the operator's name. A holder that lives can renew it no
 * longer, and what it appends is refused as soon as there is another one.
 *
 * @throws Fault `lease-not-held` when nobody has it, or another holder has meanwhile.
 */
export async function breakLease(
  surroundings: Surroundings,
  ref: Pick<HeldLease, 'tenantId' | 'resource'>,
  operator: Operator,
): Promise<void> {
  const { resource, tenantId } = ref;
  const story = await withStore(surroundings, async ({ events, recovery }) => {
    const lease = await recovery.findLease(ref);
    if (lease === undefined) throw notHeld(`Nobody holds ${resource} of tenant ${tenantId}.`);
    const { expiresAt, holder, token } = lease;
    const stream = { tenantId, streamId: 'recovery-lease' };
    const data = { resource, holder, token, expiresAt };
    const recorded = await recordOrder(events, { stream, type: 'LeaseBreakOrdered', data }, operator);
    if (await recovery.breakLease(lease)) return recorded;
    throw notHeld(`${resource} of tenant ${tenantId} is no longer held by ${holder}, so nothing was taken from it.`);
  });
  surroundings.print(`${resource} is free: whoever asks next has it. Recorded as ${story}.`);
}

function notHeld(what: string): Fault {
  return new Fault('lease-not-held', `${what} See: caisson-admin leases list`, { retryable: false });
}

function cellsOf({ expiresAt, holder, resource, tenantId, token }: HeldLease): readonly string[] {
  return [tenantId, resource, holder, String(token), expiresAt];
}
