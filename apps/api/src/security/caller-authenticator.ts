import { ROLE_PERMISSIONS } from '@caisson/contracts';
import {
  bearerTokenOf,
  credentialProblem,
  type Authenticator,
  type Principal,
  type SessionTokens,
} from '@caisson/http';
import type { IncomingHttpHeaders } from 'node:http';
import type { CurrentAccess } from './current-access.js';

/** Knows callers by the access token of a session, and what they may do from what is recorded now. */
export class CallerAuthenticator implements Authenticator {
  constructor(
    private readonly tokens: SessionTokens,
    private readonly access: CurrentAccess,
  ) {}

  async authenticate(headers: IncomingHttpHeaders): Promise<Principal> {
    const checked = this.tokens.checkAccess(bearerTokenOf(headers));
    if (checked.outcome !== 'valid') throw credentialProblem(`token-${checked.outcome}`);
    const { principalId, sessionId, tenantId } = checked.claims;
    const access = await this.access.inSession({ tenantId, principalId }, sessionId);
    if (access === undefined) throw credentialProblem('token-revoked');
    const { role, username } = access;
    return { principalId, tenantId, username, role, permissions: ROLE_PERMISSIONS[role], sessionId };
  }
}
