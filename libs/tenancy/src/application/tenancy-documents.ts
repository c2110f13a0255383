import type { Role } from '@caisson/contracts';

/** Collection `member`, by principal id: who belongs to the tenant, and as what. */
export type MemberDocument = {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  /** `removed`: was shown the door. Kept, since its name is not given again. */
  readonly status: 'active' | 'removed';
};

/** Collection `credential`, by principal id. Private: never shown, never published, never in an event. */
export type CredentialDocument = {
  /** As `PasswordHasher.hash` gave it. */
  readonly passwordHash: string;
};

/** Collection `session`, by principal id: its sessions that have not been ended. Private: never shown. */
export type SessionDocument = {
  readonly sessions: readonly { readonly sessionId: string; readonly endsAt: string }[];
};

/** Collection `invitation`, by invitation id. Private: never shown. */
export type InvitationDocument = {
  /** As `SecretMint.make` gave it. */
  readonly hash: string;
  readonly role: Role;
};

/** Collection `key`, by key id. */
export type KeyDocument = {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly status: 'active' | 'revoked';
  /** Absent: it does not end by itself. */
  readonly expiresAt?: string;
};

/** Collection `key-secret`, by key id: what its secrets are compared with. Private: never shown. */
export type KeySecretDocument = {
  /** Of the newest secret. */
  readonly generation: number;
  /** `until`: the secret was replaced, and is good until then. */
  readonly secrets: readonly { readonly hash: string; readonly until?: string }[];
};

/** Collection `quota`, by tenant id: the store refuses what would go beyond. `null`: no limit. */
export type QuotaDocument = { readonly ceilings: Readonly<Record<string, number | null>> };

/** The collections that tenancy writes. */
export const TENANCY_COLLECTIONS = {
  member: 'member',
  credential: 'credential',
  session: 'session',
  invitation: 'invitation',
  key: 'key',
  keySecret: 'key-secret',
  quota: 'quota',
} as const;
