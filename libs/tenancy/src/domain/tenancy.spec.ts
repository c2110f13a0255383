import { describe, expect, it } from 'vitest';
import { principalDecider, SESSIONS_MAX } from './principal.decide.js';
import type { PrincipalCommand } from './principal.commands.js';
import type { PrincipalEvent } from './principal.events.js';
import type { PrincipalState } from './principal.state.js';
import { keyDecider, type KeyCommand, type KeyState } from './api-key.js';
import type { TenantCommand } from './tenant.commands.js';
import { INVITATIONS_MAX, MEMBERS_MAX, tenantDecider } from './tenant.decide.js';
import type { TenantEvent } from './tenant.events.js';
import { REMOVED_KEPT_MAX, type Member, type TenantState } from './tenant.state.js';

const mia = { principalId: 'p-1', username: 'mia' };
const tom = { principalId: 'p-2', username: 'tom' };
const founded: readonly TenantEvent[] = [
  { type: 'TenantCreated', name: 'acme' },
  { type: 'MemberAdded', ...mia, role: 'admin' },
];

const fold = (events: readonly TenantEvent[]): TenantState =>
  events.reduce((state, event) => tenantDecider.evolve(state, event), tenantDecider.initialState);

it('founds a tenant with its first administrator', () => {
  const decision = tenantDecider.decide(fold([]), { type: 'FoundTenant', name: 'acme', founder: mia });
  expect(decision).toEqual({ outcome: 'accepted', events: founded });
});

it('lets the founder come again and changes nothing', () => {
  const decision = tenantDecider.decide(fold(founded), { type: 'FoundTenant', name: 'acme', founder: mia });
  expect(decision).toEqual({ outcome: 'accepted', events: [] });
});

it('refuses a second founder', () => {
  const decision = tenantDecider.decide(fold(founded), { type: 'FoundTenant', name: 'acme', founder: tom });
  expect(decision).toEqual({ outcome: 'rejected', rejection: { code: 'tenant-exists', name: 'acme' } });
});

it('registers a user name once', () => {
  const command = { type: 'RegisterPrincipal', ...mia, role: 'admin' } as const;
  const first = principalDecider.decide(principalDecider.initialState, command);
  expect(first).toEqual({ outcome: 'accepted', events: [{ type: 'PrincipalRegistered', ...mia, role: 'admin' }] });
  const state = principalDecider.evolve(principalDecider.initialState, {
    type: 'PrincipalRegistered',
    ...mia,
    role: 'admin',
  });
  expect(principalDecider.decide(state, command)).toMatchObject({ rejection: { code: 'username-taken' } });
});

it('takes members in, once each, and who was cut off half way again', () => {
  const add = { type: 'AddMember', ...tom, role: 'viewer' } as const;
  const added: TenantEvent = { type: 'MemberAdded', ...tom, role: 'viewer' };
  expect(tenantDecider.decide(fold(founded), add)).toEqual({ outcome: 'accepted', events: [added] });
  expect(tenantDecider.decide(fold([...founded, added]), add)).toEqual({ outcome: 'accepted', events: [] });
  const asAdmin = tenantDecider.decide(fold([...founded, added]), { ...add, role: 'admin' });
  expect(asAdmin).toMatchObject({ rejection: { code: 'username-taken' } });
  expect(tenantDecider.decide(fold([]), add)).toMatchObject({ rejection: { code: 'tenant-not-found' } });
});

it('keeps the ceilings of quotas that a change leaves out', () => {
  const before: TenantEvent = { type: 'QuotasChanged', ceilings: { deployments: 5, 'monthly-cost': 900 } };
  const ceilings = { deployments: null, 'active-runs': 3, 'tasks-in-flight': undefined };
  expect(tenantDecider.decide(fold([...founded, before]), { type: 'ChangeQuotas', ceilings })).toEqual({
    outcome: 'accepted',
    events: [{ type: 'QuotasChanged', ceilings: { deployments: null, 'active-runs': 3, 'monthly-cost': 900 } }],
  });
});

describe('sessions', () => {
  const registered: PrincipalEvent = { type: 'PrincipalRegistered', ...mia, role: 'admin' };
  const start = { type: 'StartSession', sessionId: 's-1', at: '2026-01-01', endsAt: '2026-01-08' } as const;
  const refresh = { ...start, type: 'RefreshSession', generation: 1, at: '2026-01-02', endsAt: '2026-01-09' } as const;

  /** Sends commands in turn; gives the state, or the first refusal. */
  function play(...commands: readonly PrincipalCommand[]): PrincipalState | string {
    let state: PrincipalState = principalDecider.evolve(principalDecider.initialState, registered);
    for (const command of commands) {
      const decision = principalDecider.decide(state, command);
      if (decision.outcome === 'rejected') return decision.rejection.code;
      state = decision.events.reduce((current, event) => principalDecider.evolve(current, event), state);
    }
    return state;
  }
  const sessionsOf = (state: PrincipalState | string) =>
    typeof state === 'object' && state.status === 'active' ? state.sessions : state;

  it('move on with each exchange', () => {
    const moved = play(start, refresh, { ...refresh, generation: 2 });
    expect(sessionsOf(moved)).toEqual([{ sessionId: 's-1', generation: 3, endsAt: '2026-01-09' }]);
  });

  it.each([1, 3])('end when the token of generation %i comes instead of the second', (generation) => {
    expect(sessionsOf(play(start, refresh, { ...refresh, generation }))).toEqual([]);
    expect(play(start, refresh, { ...refresh, generation }, { ...refresh, generation: 2 })).toBe('session-ended');
  });

  it('end by their time, by logout and by a change of password elsewhere', () => {
    expect(play(start, { ...refresh, at: '2026-01-08' })).toBe('session-ended');
    expect(sessionsOf(play(start, { type: 'EndSession', sessionId: 's-1' }))).toEqual([]);
    const kept = play(start, { ...start, sessionId: 's-2' }, { type: 'ChangePassword', keptSessionId: 's-2' });
    expect(sessionsOf(kept)).toMatchObject([{ sessionId: 's-2' }]);
    expect(play(start, { type: 'ChangePassword', keptSessionId: 's-3' })).toBe('session-ended');
  });

  it('are not more than the limit: another login ends the oldest', () => {
    const starts = Array.from({ length: SESSIONS_MAX + 1 }, (_, index) => ({ ...start, sessionId: `s-${index}` }));
    const sessions = sessionsOf(play(...starts));
    expect(sessions).toHaveLength(SESSIONS_MAX);
    expect(sessions).toMatchObject([{ sessionId: 's-1' }, ...starts.slice(2).map(({ sessionId }) => ({ sessionId }))]);
    const later = play(...starts, { ...start, sessionId: 'later', at: '2026-02-01', endsAt: '2026-02-08' });
    expect(sessionsOf(later)).toMatchObject([{ sessionId: 'later' }]);
  });
});

describe('members', () => {
  const times = { at: '2026-01-01', expiresAt: '2026-01-08' };
  const invite = { type: 'InviteMember', invitationId: 'i-1', role: 'deployer', invitedBy: 'p-1', ...times } as const;
  const follow = { type: 'AcceptInvitation', invitationId: 'i-1', ...tom, at: '2026-01-02' } as const;

  /** Sends commands in turn; gives the state, or the first refusal. */
  function play(...commands: readonly TenantCommand[]): TenantState | string {
    let state = fold(founded);
    for (const command of commands) {
      const decision = tenantDecider.decide(state, command);
      if (decision.outcome === 'rejected') return decision.rejection.code;
      state = decision.events.reduce((current, event) => tenantDecider.evolve(current, event), state);
    }
    return state;
  }

  it('come by an invitation, once, in time, and again when they were cut off half way', () => {
    const came = play(invite, follow);
    const member = { ...tom, role: 'deployer', status: 'active', invitationId: 'i-1' };
    expect(came).toMatchObject({ members: [mia, member], invitations: [] });
    expect(play(invite, follow, follow)).toEqual(came);
    expect(play(invite, follow, { ...follow, principalId: 'p-3' })).toBe('invitation-invalid');
    expect(play(invite, { ...follow, at: '2026-01-08' })).toBe('invitation-invalid');
    expect(play(invite, { ...follow, ...mia })).toBe('username-taken');
    expect(play(follow)).toBe('invitation-invalid');
  });

  it('come by no invitation that was taken back, which is done once', () => {
    const revoke = { type: 'RevokeInvitation', invitationId: 'i-1' } as const;
    expect(play(invite, revoke, follow)).toBe('invitation-invalid');
    expect(play(invite, { ...invite, invitationId: 'i-2' }, revoke)).toMatchObject({
      invitations: [{ invitationId: 'i-2' }],
    });
    expect(play(invite, revoke, revoke)).toBe('invitation-not-found');
    expect(play(invite, follow, revoke)).toBe('invitation-not-found');
  });

  it.each([
    { type: 'RemoveMember', principalId: tom.principalId },
    { type: 'ChangeRole', principalId: tom.principalId, role: 'operator' },
  ] as const)('come by no invitation of who may invite no more: $type', (command) => {
    const tomAsAdmin = { type: 'AddMember', ...tom, role: 'admin' } as const;
    const byTom = { ...invite, invitedBy: tom.principalId };
    const byMia = { ...invite, invitationId: 'i-2' };
    const ann = { ...follow, principalId: 'p-3', username: 'ann' };
    expect(play(tomAsAdmin, byTom, command, ann)).toBe('invitation-invalid');
    expect(play(tomAsAdmin, command, byTom)).toBe('inviter-not-admin');
    expect(play(tomAsAdmin, byTom, byMia, command)).toMatchObject({ invitations: [{ invitationId: 'i-2' }] });
  });

  it('are not invited without end', () => {
    const many = Array.from({ length: INVITATIONS_MAX }, (_, index) => ({ ...invite, invitationId: `i-${index}` }));
    expect(play(...many, invite)).toBe('invitations-exhausted');
    expect(play(...many, { ...invite, at: '2026-01-08', expiresAt: '2026-01-15' })).toMatchObject({
      invitations: [{ invitationId: 'i-1' }],
    });
  });

  it.each([
    { type: 'ChangeRole', role: 'viewer', principalId: mia.principalId },
    { type: 'RemoveMember', principalId: mia.principalId },
  ] as const)('keep one administrator: $type', (command) => {
    expect(play(command)).toBe('last-admin');
    const second = { type: 'AddMember', ...tom, role: 'admin' } as const;
    expect(play(second, command)).toMatchObject({ status: 'active' });
    expect(play(second, command, { type: 'RemoveMember', principalId: tom.principalId })).toBe('last-admin');
    expect(play(second, { type: 'RemoveMember', principalId: tom.principalId }, command)).toBe('last-admin');
  });

  it('are not more than the limit, of whom those who are gone are none', () => {
    const many = Array.from({ length: MEMBERS_MAX }, (_, index) => ({
      ...{ principalId: `m-${index}`, username: `m${index}`, role: 'admin', status: 'active' as const },
    })) satisfies readonly Member[];
    const invitations = [{ invitationId: 'i-1', role: 'viewer', expiresAt: '2026-01-08' }] as const;
    const full: TenantState = { status: 'active', name: 'acme', members: many, invitations };
    const oneLeft: TenantState = { ...full, members: [{ ...many[0]!, status: 'removed' }, ...many.slice(1)] };
    const rejection = { code: 'members-exhausted', limit: MEMBERS_MAX };
    for (const command of [{ type: 'AddMember', ...tom, role: 'viewer' } as const, follow]) {
      expect(tenantDecider.decide(full, command)).toEqual({ outcome: 'rejected', rejection });
      expect(tenantDecider.decide(oneLeft, command)).toMatchObject({ outcome: 'accepted' });
    }
  });

  it('who are gone are remembered up to a number, the last ones, and those who are there always', () => {
    let state: TenantState = fold(founded);
    for (let index = 0; index < REMOVED_KEPT_MAX + 5; index += 1) {
      const principalId = `m-${index}`;
      state = tenantDecider.evolve(state, { type: 'MemberAdded', principalId, username: `m${index}`, role: 'viewer' });
      state = tenantDecider.evolve(state, { type: 'MemberRemoved', principalId });
    }
    const { members } = state as Extract<TenantState, { status: 'active' }>;
    expect(members).toHaveLength(REMOVED_KEPT_MAX + 1);
    expect(members.find(({ status }) => status === 'removed')?.principalId).toBe('m-5');
    expect(members[0]).toMatchObject({ ...mia, status: 'active' });
    const last = { principalId: `m-${REMOVED_KEPT_MAX + 4}`, username: 'again', role: 'viewer' } as const;
    expect(tenantDecider.decide(state, { type: 'AddMember', ...last })).toMatchObject({ outcome: 'rejected' });
  });

  it('who are gone are nobody, and leave their name to nobody', () => {
    const add = { type: 'AddMember', ...tom, role: 'viewer' } as const;
    const remove = { type: 'RemoveMember', principalId: tom.principalId } as const;
    expect(play(add, remove, remove)).toBe('member-not-found');
    expect(play(add, remove, { type: 'ChangeRole', principalId: tom.principalId, role: 'admin' })).toBe(
      'member-not-found',
    );
    expect(play(add, remove, add)).toBe('username-taken');
    expect(play(add, remove, invite, follow)).toBe('username-taken');
  });
});

describe('an API key', () => {
  const issue = { type: 'IssueKey', keyId: 'k', name: 'build', role: 'viewer', expiresAt: '2026-02-01' } as const;
  const rotate = { type: 'RotateKey', generation: 1, at: '2026-01-01', previousUntil: '2026-01-02' } as const;

  function play(...commands: readonly KeyCommand[]): KeyState | string {
    let state = keyDecider.initialState;
    for (const command of commands) {
      const decision = keyDecider.decide(state, command);
      if (decision.outcome === 'rejected') return decision.rejection.code;
      state = decision.events.reduce((current, event) => keyDecider.evolve(current, event), state);
    }
    return state;
  }

  it('is rotated from the secret that was read, while it is good', () => {
    expect(play(issue, rotate, { ...rotate, generation: 2 })).toMatchObject({ generation: 3 });
    expect(play(issue, rotate, rotate)).toBe('key-changed');
    expect(play(issue, { ...rotate, at: '2026-02-01' })).toBe('key-expired');
    expect(play(issue, { type: 'RevokeKey' }, rotate)).toBe('key-revoked');
    expect(play(rotate)).toBe('key-not-found');
  });

  it('is revoked for good', () => {
    const revoked = play(issue, { type: 'RevokeKey' });
    expect(revoked).toMatchObject({ status: 'revoked' });
    expect(play(issue, { type: 'RevokeKey' }, { type: 'RevokeKey' })).toEqual(revoked);
    expect(play(issue, { type: 'RevokeKey' }, issue)).toBe('key-changed');
  });
});
