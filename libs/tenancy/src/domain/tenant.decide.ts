import { accept, reject, unreachable, type Decider } from '@caisson/kernel';
import type {
  AcceptInvitation,
  AddMember,
  AskedCeilings,
  ChangeRole,
  FoundTenant,
  InviteMember,
  TenantCommand,
  TenantDecision,
  TenantRejection,
} from './tenant.commands.js';
import type { Ceilings, TenantEvent } from './tenant.events.js';
import { evolveTenant, type ActiveTenant, type Member, type TenantState } from './tenant.state.js';

/** Invitations of a tenant that nobody has used yet. */
export const INVITATIONS_MAX = 200;

/** Members of a tenant that are not gone: its whole state is read to judge one command. */
export const MEMBERS_MAX = 10_000;

/** The rules of a tenant. */
export const tenantDecider: Decider<TenantState, TenantCommand, TenantEvent, TenantRejection> = {
  initialState: { status: 'absent' },
  decide: decideTenant,
  evolve: evolveTenant,
};

function decideTenant(state: TenantState, command: TenantCommand): TenantDecision {
  if (command.type === 'FoundTenant') return foundTenant(state, command);
  if (state.status === 'absent') return reject({ code: 'tenant-not-found' });
  switch (command.type) {
    case 'AddMember':
      return addMember(state, command);
    case 'InviteMember':
      return inviteMember(state, command);
    case 'RevokeInvitation':
      return revokeInvitation(state, command.invitationId);
    case 'AcceptInvitation':
      return acceptInvitation(state, command);
    case 'ChangeRole':
      return changeRole(state, command);
    case 'RemoveMember':
      return removeMember(state, command.principalId);
    case 'ChangeQuotas':
      return accept({ type: 'QuotasChanged', ceilings: withCeilings(state.ceilings ?? {}, command.ceilings) });
    default:
      return unreachable(command, 'command to a tenant');
  }
}

/** All ceilings as they are from now on: what the command says nothing about stays. */
function withCeilings(before: Ceilings, asked: AskedCeilings): Ceilings {
  const said = Object.entries(asked).filter(([, ceiling]) => ceiling !== undefined);
  return { ...before, ...Object.fromEntries(said) };
}

function foundTenant(state: TenantState, { founder, name }: FoundTenant): TenantDecision {
  if (state.status === 'absent') {
    return accept<TenantEvent>({ type: 'TenantCreated', name }, { type: 'MemberAdded', ...founder, role: 'admin' });
  }
  // The founder may come again: its credential is written after this, and the first try may have ended in between.
  return state.members[0]?.principalId === founder.principalId ? accept() : reject({ code: 'tenant-exists', name });
}

function addMember(state: ActiveTenant, { principalId, role, username }: AddMember): TenantDecision {
  const known = findMember(state, principalId);
  if (known === undefined) return takeIn(state, { type: 'MemberAdded', principalId, username, role });
  // May come again like the founder. Whether the name has an owner is what the principal says.
  const isTheSame = known.status === 'active' && known.role === role;
  return isTheSame ? accept() : reject({ code: 'username-taken', username });
}

function inviteMember(state: ActiveTenant, command: InviteMember): TenantDecision {
  const { at, type: _, ...invitation } = command;
  const maker = findMember(state, command.invitedBy); // Unknown: a key, or a caller of another issuer.
  const isNoAdmin = maker !== undefined && (maker.status !== 'active' || maker.role !== 'admin');
  if (isNoAdmin) return reject({ code: 'inviter-not-admin' });
  const open = state.invitations.filter(({ expiresAt }) => expiresAt > at);
  if (open.length >= INVITATIONS_MAX) return reject({ code: 'invitations-exhausted', limit: INVITATIONS_MAX });
  return accept({ type: 'MemberInvited', ...invitation, at });
}

function revokeInvitation({ invitations }: ActiveTenant, invitationId: string): TenantDecision {
  const isOpen = invitations.some((invitation) => invitation.invitationId === invitationId);
  return isOpen ? accept({ type: 'InvitationRevoked', invitationId }) : reject({ code: 'invitation-not-found' });
}

function acceptInvitation(state: ActiveTenant, command: AcceptInvitation): TenantDecision {
  const { at, invitationId, principalId, username } = command;
  const known = findMember(state, principalId);
  if (known?.invitationId === invitationId && known.status === 'active') return accept(); // May come again, too.
  const invitation = state.invitations.find((candidate) => candidate.invitationId === invitationId);
  if (invitation === undefined || invitation.expiresAt <= at) return reject({ code: 'invitation-invalid' });
  if (known !== undefined) return reject({ code: 'username-taken', username });
  return takeIn(state, { type: 'MemberAdded', principalId, username, role: invitation.role, invitationId });
}

function takeIn({ members }: ActiveTenant, added: TenantEvent): TenantDecision {
  const active = members.filter(({ status }) => status === 'active');
  return active.length < MEMBERS_MAX ? accept(added) : reject({ code: 'members-exhausted', limit: MEMBERS_MAX });
}

function changeRole(state: ActiveTenant, { principalId, role }: ChangeRole): TenantDecision {
  const member = activeMember(state, principalId);
  if (member === undefined) return reject({ code: 'member-not-found' });
  if (member.role === role) return accept();
  if (isLastAdmin(state, member)) return reject({ code: 'last-admin' });
  return accept({ type: 'MemberRoleChanged', principalId, role });
}

function removeMember(state: ActiveTenant, principalId: string): TenantDecision {
  const member = activeMember(state, principalId);
  if (member === undefined) return reject({ code: 'member-not-found' });
  return isLastAdmin(state, member) ? reject({ code: 'last-admin' }) : accept({ type: 'MemberRemoved', principalId });
}

function isLastAdmin({ members }: ActiveTenant, member: Member): boolean {
  const admins = members.filter(({ role, status }) => role === 'admin' && status === 'active');
  return member.role === 'admin' && admins.length === 1;
}

function activeMember(state: ActiveTenant, principalId: string): Member | undefined {
  const member = findMember(state, principalId);
  return member?.status === 'active' ? member : undefined;
}

function findMember({ members }: ActiveTenant, principalId: string): Member | undefined {
  return members.find((member) => member.principalId === principalId);
}
