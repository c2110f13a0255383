import type { Role } from '@caisson/contracts';
import type { Decision } from '@caisson/kernel';
import type { TenantEvent } from './tenant.events.js';

/** Brings a tenant into being, with its first administrator. The caller has proved that it may. */
export interface FoundTenant {
  readonly type: 'FoundTenant';
  readonly name: string;
  readonly founder: { readonly principalId: string; readonly username: string };
}

/** Takes somebody in. The caller has proved that it may. */
export interface AddMember {
  readonly type: 'AddMember';
  readonly principalId: string;
  readonly username: string;
  readonly role: Role;
}

/** Everything that a tenant judges. */
export type TenantCommand = FoundTenant | AddMember;

/** Why a tenant says no. Codes are stable. */
export type TenantRejection =
  | { readonly code: 'tenant-exists'; readonly name: string }
  | { readonly code: 'tenant-not-found' }
  | { readonly code: 'username-taken'; readonly username: string };

/** What became of a command to a tenant. */
export type TenantDecision = Decision<TenantEvent, TenantRejection>;
