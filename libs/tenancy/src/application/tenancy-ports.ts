import type { Role } from '@caisson/contracts';

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

/** Who a token is for. */
export interface TokenSubject {
  readonly principalId: string;
  readonly tenantId: string;
  readonly username: string;
  readonly role: Role;
}

/** Makes access tokens. */
export interface TokenIssuer {
  issue(subject: TokenSubject): { readonly accessToken: string; readonly expiresInS: number };
}

/** Knows the token that proves that a caller runs the server. */
export interface BootstrapGate {
  /** Compares in constant time. False when the server was started without one. */
  opens(token: string): boolean;
}
