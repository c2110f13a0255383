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

/**
 * Members that are gone and still known to the state: the last ones. Of older ones only their documents tell, which are
 * read before a name is given; what is kept here covers those who left between that read and the decision.
 */
export const REMOVED_KEPT_MAX = 1_000;

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
      /** Those who are there, and the last who are gone, these in the order in which they went. */
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
      return withoutMember(withoutInvitationsOf(state, event.principalId), event.principalId);
    default:
      return unreachable(event, 'tenant event');
  }
}

/** Who may invite nobody any more must not come back by an invitation that it kept. */
function withoutInvitationsOf(state: ActiveTenant, principalId: string): ActiveTenant {
  return { ...state, invitations: state.invitations.filter(({ invitedBy }) => invitedBy !== principalId) };
}

function withoutMember(state: ActiveTenant, principalId: string): TenantState {
  const left = state.members.filter((member) => member.principalId !== principalId);
  const removed = state.members
    .filter((member) => member.principalId === principalId)
    .map((member) => ({ ...member, status: 'removed' as const }));
  const gone = left.filter(({ status }) => status === 'removed');
  const forgotten = new Set(gone.slice(0, Math.max(0, gone.length + removed.length - REMOVED_KEPT_MAX)));
  return { ...state, members: [...left.filter((member) => !forgotten.has(member)), ...removed] };
}

function withMember(state: ActiveTenant, principalId: string, changed: Partial<Member>): TenantState {
  const members = state.members.map((member) =>
    member.principalId === principalId ? { ...member, ...changed } : member,
  );
  return { ...state, members };
}
