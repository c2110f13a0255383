import type { QuotaName, Role } from '@caisson/contracts';

/** How much a tenant may have, by quota; `null`: as much as it wants; absent: nobody ever said. */
export type Ceilings = Readonly<Partial<Record<QuotaName, number | null>>>;

/** Facts about one tenant. The founder is its first member. */
export type TenantEvent =
  | { readonly type: 'TenantCreated'; readonly name: string }
  | {
      readonly type: 'MemberInvited';
      readonly invitationId: string;
      readonly role: Role;
      readonly at: string;
      readonly expiresAt: string;
      /** Absent in facts of before it was recorded. */
      readonly invitedBy?: string;
    }
  | { readonly type: 'InvitationRevoked'; readonly invitationId: string }
  | {
      readonly type: 'MemberAdded';
      readonly principalId: string;
      readonly username: string;
      readonly role: Role;
      /** The invitation that it used up. */
      readonly invitationId?: string;
    }
  | { readonly type: 'MemberRoleChanged'; readonly principalId: string; readonly role: Role }
  | { readonly type: 'MemberRemoved'; readonly principalId: string }
  /** `null`: no limit. */
  | { readonly type: 'QuotasChanged'; readonly ceilings: Ceilings };
