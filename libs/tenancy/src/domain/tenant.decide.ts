import { accept, reject, unreachable, type Decider } from '@caisson/kernel';
import type { AddMember, FoundTenant, TenantCommand, TenantDecision, TenantRejection } from './tenant.commands.js';
import type { TenantEvent } from './tenant.events.js';
import { evolveTenant, type TenantState } from './tenant.state.js';

/** The rules of a tenant. */
export const tenantDecider: Decider<TenantState, TenantCommand, TenantEvent, TenantRejection> = {
  initialState: { status: 'absent' },
  decide: decideTenant,
  evolve: evolveTenant,
};

function decideTenant(state: TenantState, command: TenantCommand): TenantDecision {
  switch (command.type) {
    case 'FoundTenant':
      return foundTenant(state, command);
    case 'AddMember':
      return addMember(state, command);
    default:
      return unreachable(command, 'command to a tenant');
  }
}

function foundTenant(state: TenantState, { founder, name }: FoundTenant): TenantDecision {
  if (state.status === 'absent') {
    return accept<TenantEvent>({ type: 'TenantCreated', name }, { type: 'MemberAdded', ...founder, role: 'admin' });
  }
  // The founder may come again: its credential is written after this, and the first try may have ended in between.
  return state.members[0]?.principalId === founder.principalId ? accept() : reject({ code: 'tenant-exists', name });
}

function addMember(state: TenantState, { principalId, role, username }: AddMember): TenantDecision {
  if (state.status === 'absent') return reject({ code: 'tenant-not-found' });
  const known = state.members.find((member) => member.principalId === principalId);
  if (known === undefined) return accept({ type: 'MemberAdded', principalId, username, role });
  // May come again like the founder. Whether the name has an owner is what the principal says.
  return known.role === role ? accept() : reject({ code: 'username-taken', username });
}
