import type { Permission, Role } from '@caisson/contracts';
import type { IncomingHttpHeaders } from 'node:http';
import { edgeProblem } from './edge-problems.js';
import type { HttpProblem } from './problem.js';

/** Who asks. */
export interface Principal {
  readonly principalId: string;
  readonly tenantId: string;
  readonly username: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
  /** The login that it asks through; absent for machines. */
  readonly sessionId?: string;
}

/** Finds out who asks, and what they may do now. A class, so that it can be its own token of Nest. */
export abstract class Authenticator {
  /**
   * The principal whose credential a request carries.
   *
   * @throws HttpProblem 401 with `WWW-Authenticate` (RFC 6750) for a credential that is missing, wrong, over or taken
   *   back; a retryable Fault when that cannot be found out now.
   */
  abstract authenticate(headers: IncomingHttpHeaders): Promise<Principal>;
}

/** The token of an `Authorization: Bearer` header. @throws HttpProblem 401 when there is none. */
export function bearerTokenOf({ authorization }: IncomingHttpHeaders): string {
  if (authorization === undefined) throw credentialProblem('token-missing');
  const token = /^Bearer ([A-Za-z0-9._-]+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw credentialProblem('token-invalid');
  return token;
}

const CHALLENGE = 'Bearer realm="caisson"';

const CREDENTIAL_PROBLEMS = {
  'token-missing': {
    detail: 'Log in at /api/v1/auth/login and send the access token as "Authorization: Bearer …".',
    challenge: CHALLENGE,
  },
  'token-invalid': {
    detail: 'The token is no access token of this server, or was changed. Log in again at /api/v1/auth/login.',
    challenge: `${CHALLENGE}, error="invalid_token"`,
  },
  'token-expired': {
    detail: 'Send the refresh token to /api/v1/auth/refresh, or log in again at /api/v1/auth/login.',
    challenge: `${CHALLENGE}, error="invalid_token", error_description="expired"`,
  },
  'token-revoked': {
    detail: 'The session was ended, or the principal has left the tenant. Log in again at /api/v1/auth/login.',
    challenge: `${CHALLENGE}, error="invalid_token", error_description="revoked"`,
  },
} as const;

/** The answer to a credential that does not do. */
export function credentialProblem(code: keyof typeof CREDENTIAL_PROBLEMS): HttpProblem {
  const { challenge, detail } = CREDENTIAL_PROBLEMS[code];
  return edgeProblem(code, { detail, headers: { 'www-authenticate': challenge } });
}
