import type { Decision } from '@caisson/kernel';
import type { TenantEvent } from './tenant.events.js';

/** Brings a tenant into being, with its first administrator. The caller has proved that it may. */
export interface FoundTenant {
  readonly type: 'FoundTenant';
  readonly name: string;
  readonly founder: { readonly principalId: string; readonly username: string };
}

/** Everything that a tenant judges. */
export type TenantCommand = FoundTenant;

/** Why a tenant says no. Codes are stable. */
export type TenantRejection = { readonly code: 'tenant-exists'; readonly name: string };

/** What became of a command to a tenant. */
export type TenantDecision = Decision<TenantEvent, TenantRejection>;
