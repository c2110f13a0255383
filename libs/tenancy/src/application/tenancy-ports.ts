import type { Role } from '@caisson/contracts';
import type { Instant } from '@caisson/kernel';

/** Turns passwords into what may be kept. Slow on purpose. */
export interface PasswordHasher {
  /** A salted hash; another one each time. @throws Fault `too-busy` (retryable) when too many are waiting. */
  hash(password: string): Promise<string>;
  /**
   * Whether a password fits a hash. Without a hash it does the same work and answers false, so that the time does not
   * tell whether a user exists.
   */
  verify(hash: string | undefined, password: string): Promise<boolean>;
}

/** A member of a tenant. */
export interface MemberSubject {
  readonly principalId: string;
  readonly tenantId: string;
  readonly username: string;
  readonly role: Role;
}

/** Which session tokens are for. */
export interface TokenSubject extends MemberSubject {
  readonly sessionId: string;
  /** Of the refresh token. */
  readonly generation: number;
  /** When the session ends unless it is refreshed. */
  readonly endsAt: Instant;
}

/** What a login gives. */
export interface SessionTokens {
  readonly accessToken: string;
  readonly expiresInS: number;
  readonly refreshToken: string;
  readonly refreshExpiresInS: number;
}

/** Makes tokens. */
export interface TokenIssuer {
  issue(subject: TokenSubject): SessionTokens;
}

/** Makes secrets that are shown once, and knows them again by what may be kept: a keyed hash. */
export interface SecretMint {
  /** A new secret, which names what it is for. `text` is shown, `hash` is kept. */
  make(owner: SecretOwner): { readonly text: string; readonly hash: string };
  /** What a secret is for; undefined for what is none. Nothing is proved by that. */
  ownerOf(text: string): SecretOwner | undefined;
  /** Whether a secret is the one that was kept. Compares in constant time. */
  fits(text: string, hash: string): boolean;
}

/** What a secret is for: a thing of a tenant. */
export interface SecretOwner {
  readonly tenantId: string;
  readonly id: string;
}

/** Knows the token that proves that a caller runs the server. */
export interface BootstrapGate {
  /** Compares in constant time. False when the server was started without one. */
  opens(token: string): boolean;
}
