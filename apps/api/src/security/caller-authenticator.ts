import { ROLE_PERMISSIONS } from '@caisson/contracts';
import {
  bearerTokenOf,
  credentialProblem,
  type Authenticator,
  type Principal,
  type SessionTokens,
} from '@caisson/http';
import type { Clock } from '@caisson/kernel';
import type { KeyAccess } from '@caisson/tenancy';
import type { IncomingHttpHeaders } from 'node:http';
import type { CurrentAccess } from './current-access.js';
import type { ExternalIssuer } from './external-issuer.js';
import type { HashedSecrets } from './hashed-secrets.js';

/** Begins every API key, so that scanners of leaked secrets know it. */
export const KEY_PREFIX = 'caisson_key_';

/** What callers are known by. */
export interface AuthenticatorParts {
  readonly tokens: SessionTokens;
  readonly keys: HashedSecrets;
  readonly access: CurrentAccess;
  /** Who else may say who callers are. */
  readonly external: ExternalIssuer | undefined;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Knows callers by the access token of a session, by an API key or by the token of an external issuer. What the first
 * two may do is what is recorded now.
 */
export class CallerAuthenticator implements Authenticator {
  constructor(private readonly parts: AuthenticatorParts) {}

  authenticate(headers: IncomingHttpHeaders): Promise<Principal> {
    const key = headers['x-api-key'];
    if (typeof key === 'string' && headers.authorization === undefined) return this.byKey(key);
    const token = bearerTokenOf(headers);
    if (token.startsWith(KEY_PREFIX)) return this.byKey(token);
    const { external } = this.parts;
    return external?.isOf(token) === true ? external.principalOf(token) : this.bySession(token);
  }

  private async bySession(token: string): Promise<Principal> {
    const checked = this.parts.tokens.checkAccess(token);
    if (checked.outcome !== 'valid') throw credentialProblem(`token-${checked.outcome}`);
    const { principalId, sessionId, tenantId } = checked.claims;
    const access = await this.parts.access.inSession({ tenantId, principalId }, sessionId);
    if (access === undefined) throw credentialProblem('token-revoked');
    const { role, username } = access;
    return { principalId, tenantId, username, role, permissions: ROLE_PERMISSIONS[role], sessionId };
  }

  private async byKey(key: string): Promise<Principal> {
    const owner = this.parts.keys.ownerOf(key);
    if (owner === undefined) throw credentialProblem('token-invalid');
    const access = await this.parts.access.withKey(owner, ({ secrets }) => this.fitsOne(key, secrets));
    if (access === undefined) throw credentialProblem('token-revoked');
    const { name, role } = access;
    return {
      ...{ principalId: owner.id, tenantId: owner.tenantId, username: `key:${name}` },
      ...{ role, permissions: ROLE_PERMISSIONS[role] },
    };
  }

  private fitsOne(key: string, secrets: KeyAccess['secrets']): boolean {
    const now = this.parts.clock.now();
    return secrets.some(({ hash, until }) => (until === undefined || until > now) && this.parts.keys.fits(key, hash));
  }
}
