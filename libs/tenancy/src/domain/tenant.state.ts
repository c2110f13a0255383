import type { Role } from '@caisson/contracts';
import { unreachable } from '@caisson/kernel';
import type { Ceilings, TenantEvent } from './tenant.events.js';

/** Somebody who belongs to a tenant, or did. A name is given once, so that nobody inherits what another one did. */
export interface Member {
  readonly principalId: string;
  readonly username: string;
  readonly role: Role;
  readonly status: 'active' | 'removed';
  readonly invitationId?: string;
}

/** An invitation that nobody has used. */
export interface Invitation {
  readonly invitationId: string;
  readonly role: Role;
  readonly expiresAt: string;
  /** Absent: made before it was recorded. */
  readonly invitedBy?: string;
}

/** What a tenant's stream folds to. */
export type TenantState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'active';
      readonly name: string;
      readonly members: readonly Member[];
      readonly invitations: readonly Invitation[];
      /** Absent: never limited. */
      readonly ceilings?: Ceilings;
    };

/** A tenant that was founded. */
export type ActiveTenant = Extract<TenantState, { status: 'active' }>;

/** Applies one recorded fact. */
export function evolveTenant(state: TenantState, event: TenantEvent): TenantState {
  if (event.type === 'TenantCreated') return { status: 'active', name: event.name, members: [], invitations: [] };
  return state.status === 'absent' ? state : evolveActive(state, event);
}

function evolveActive(state: ActiveTenant, event: Exclude<TenantEvent, { type: 'TenantCreated' }>): TenantState {
  switch (event.type) {
    case 'MemberInvited': {
      const { at, type: _, ...invitation } = event;
      const open = state.invitations.filter(({ expiresAt }) => expiresAt > at);
      return { ...state, invitations: [...open, invitation] };
    }
    case 'InvitationRevoked':
      return {
        ...state,
        invitations: state.invitations.filter(({ invitationId }) => invitationId !== event.invitationId),
      };
    case 'MemberAdded': {
      const { type: _, ...member } = event;
      return {
        ...state,
        members: [...state.members, { ...member, status: 'active' }],
        invitations: state.invitations.filter(({ invitationId }) => invitationId !== event.invitationId),
      };
    }
    case 'MemberRoleChanged': {
      const kept = event.role === 'admin' ? state : withoutInvitationsOf(state, event.principalId);
      return withMember(kept, event.principalId, { role: event.role });
    }
    case 'QuotasChanged':
      return { ...state, ceilings: event.ceilings };
    case 'MemberRemoved':
      return withMember(withoutInvitationsOf(state, event.principalId), event.principalId, { status: 'removed' });
    default:
      return unreachable(event, 'tenant event');
  }
}

/** Who may invite nobody any more must not come back by an invitation that it kept. */
function withoutInvitationsOf(state: ActiveTenant, principalId: string): ActiveTenant {
  return { ...state, invitations: state.invitations.filter(({ invitedBy }) => invitedBy !== principalId) };
}

function withMember(state: ActiveTenant, principalId: string, changed: Partial<Member>): TenantState {
  const members = state.members.map((member) =>
    member.principalId === principalId ? { ...member, ...changed } : member,
  );
  return { ...state, members };
}
