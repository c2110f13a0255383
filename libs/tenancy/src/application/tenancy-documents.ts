import type { Role } from '@caisson/contracts';
import type { Envelope } from '@caisson/engine';

/** Collection `member`, by principal id: who belongs to the tenant, and as what. */
export type MemberDocument = {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  /** `removed`: was shown the door. Kept, since its name is not given again. */
  readonly status: 'active' | 'removed';
};

/** Collection `password`, by principal id. Private: never shown, never published, never in an event. */
export type PasswordDocument = {
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

/** Collection `credential`, by name: what is told of a credential of engines. */
export type CredentialDocument = {
  readonly name: string;
  /** Of its values: rises with each that is stored. */
  readonly version: number;
  readonly status: 'active' | 'removed';
  /** Names of its values, sorted. */
  readonly variables: readonly string[];
  /** The key of the installation that its values are under. */
  readonly keyId: string;
  readonly changedAt: string;
};

/** Collection `credential-secret`, by name. Private: given to calls of engines alone. */
export type CredentialSecretDocument = {
  readonly version: number;
  /** Absent: it was removed. */
  readonly envelope?: Envelope;
};

/** The collections that tenancy writes. */
export const TENANCY_COLLECTIONS = {
  member: 'member',
  password: 'password',
  session: 'session',
  invitation: 'invitation',
  key: 'key',
  keySecret: 'key-secret',
  quota: 'quota',

  credential: 'credential',
  credentialSecret: 'credential-secret',
} as const;
