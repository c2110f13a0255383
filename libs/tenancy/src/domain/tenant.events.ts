import type { Role } from '@caisson/contracts';

/** Facts about one tenant. The founder is its first member. */
export type TenantEvent =
  | { readonly type: 'TenantCreated'; readonly name: string }
  | { readonly type: 'MemberAdded'; readonly principalId: string; readonly username: string; readonly role: Role };
