import { expect, it } from 'vitest';
import { principalDecider } from './principal.decide.js';
import type { TenantEvent } from './tenant.events.js';
import { tenantDecider } from './tenant.decide.js';
import type { TenantState } from './tenant.state.js';

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
