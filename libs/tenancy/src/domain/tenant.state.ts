import type { Role } from '@caisson/contracts';
import { unreachable } from '@caisson/kernel';
import type { TenantEvent } from './tenant.events.js';

/** Somebody who belongs to a tenant. */
export interface Member {
  readonly principalId: string;
  readonly username: string;
  readonly role: Role;
}

/** What a tenant's stream folds to. */
export type TenantState =
  | { readonly status: 'absent' }
  | { readonly status: 'active'; readonly name: string; readonly members: readonly Member[] };

/** Applies one recorded fact. */
export function evolveTenant(state: TenantState, event: TenantEvent): TenantState {
  switch (event.type) {
    case 'TenantCreated':
      return { status: 'active', name: event.name, members: [] };
    case 'MemberAdded': {
      if (state.status === 'absent') return state;
      const { principalId, role, username } = event;
      return { ...state, members: [...state.members, { principalId, username, role }] };
    }
    default:
      return unreachable(event, 'tenant event');
  }
}
