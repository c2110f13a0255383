import type { Role } from '@caisson/contracts';

/** Collection `principal`, by principal id. */
export type PrincipalDocument = {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  readonly createdAt: string;
};

/** Collection `credential`, by principal id. Private: never shown, never published, never in an event. */
export type CredentialDocument = {
  /** As `PasswordHasher.hash` gave it. */
  readonly passwordHash: string;
};

/** The collections that tenancy writes. */
export const TENANCY_COLLECTIONS = { principal: 'principal', credential: 'credential' } as const;
