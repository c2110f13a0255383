import { accept, reject, type Decider } from '@caisson/kernel';
import type { TenantCommand, TenantDecision, TenantRejection } from './tenant.commands.js';
import type { TenantEvent } from './tenant.events.js';
import { evolveTenant, type TenantState } from './tenant.state.js';

/** The rules of a tenant. */
export const tenantDecider: Decider<TenantState, TenantCommand, TenantEvent, TenantRejection> = {
  initialState: { status: 'absent' },
  decide: decideTenant,
  evolve: evolveTenant,
};

function decideTenant(state: TenantState, { founder, name }: TenantCommand): TenantDecision {
  if (state.status === 'absent') {
    return accept<TenantEvent>({ type: 'TenantCreated', name }, { type: 'MemberAdded', ...founder, role: 'admin' });
  }
  // The founder may come again: its credential is written after this, and the first try may have ended in between.
  return state.members[0]?.principalId === founder.principalId ? accept() : reject({ code: 'tenant-exists', name });
}
