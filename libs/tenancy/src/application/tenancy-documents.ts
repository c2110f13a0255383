import type { Role } from '@caisson/contracts';

/** Collection `member`, by principal id: who belongs to the tenant, and as what. */
export type MemberDocument = {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
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

/** The collections that tenancy writes. */
export const TENANCY_COLLECTIONS = { member: 'member', credential: 'credential', session: 'session' } as const;
