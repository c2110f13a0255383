import type { Role } from '@caisson/contracts';

/** Facts about one tenant. The founder is its first member. */
export type TenantEvent =
  | { readonly type: 'TenantCreated'; readonly name: string }
  | {
      readonly type: 'MemberInvited';
      readonly invitationId: string;
      readonly role: Role;
      readonly at: string;
      readonly expiresAt: string;
    }
  | {
      readonly type: 'MemberAdded';
      readonly principalId: string;
      readonly username: string;
      readonly role: Role;
      /** The invitation that it used up. */
      readonly invitationId?: string;
    }
  | { readonly type: 'MemberRoleChanged'; readonly principalId: string; readonly role: Role }
  | { readonly type: 'MemberRemoved'; readonly principalId: string };
