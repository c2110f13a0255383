import { ROLE_PERMISSIONS, ROLES, type Permission, type Role } from '@caisson/contracts';
import { invariant, isUuid, type Clock } from '@caisson/kernel';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { edgeProblem } from './edge-problems.js';
import type { HttpProblem } from './problem.js';

/** How access tokens are signed and what they say about who made them. */
export interface AccessTokenSettings {
  /** `iss` of every token. */
  readonly issuer: string;
  /** `aud` of every token. */
  readonly audience: string;
  /** Which key signs; a key of `keys`. */
  readonly signingKeyId: string;
  /** Secrets by `kid`, each at least 32 bytes. More than one while a key is being replaced. */
  readonly keys: ReadonlyMap<string, string>;
  readonly lifetimeMs: number;
}

/** Who asks. */
export interface Principal {
  readonly principalId: string;
  readonly tenantId: string;
  readonly username: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
}

/** Who a token is for. */
export type TokenSubject = Omit<Principal, 'permissions'>;

/** An access token and how long it is good. */
export interface IssuedToken {
  readonly accessToken: string;
  readonly expiresInS: number;
}

const ALGORITHM = 'HS256';
const TOKEN_TYPE = 'at+jwt'; // RFC 9068, section 2.1: an access token, so that no other JWT passes for one.
const CLOCK_SKEW_S = 60;
const TOKEN_LENGTH_MAX = 4096;
const KEY_BYTES_MIN = 32;
const LIFETIME_S_MAX = 24 * 60 * 60;

const Header = z.strictObject({
  alg: z.literal(ALGORITHM),
  typ: z.literal(TOKEN_TYPE),
  kid: z.string().min(1).max(64),
});

const Claims = z.object({
  sub: z.string().refine(isUuid),
  tenant: z.string().refine(isUuid),
  username: z.string().min(1).max(64),
  role: z.enum(ROLES),
  iat: z.int(),
  nbf: z.int(),
  exp: z.int(),
});

/**
 * Makes and checks access tokens: JWT (RFC 7519) by the rules of RFC 8725. One algorithm, keys by `kid` from a map,
 * every claim required, any further header member refused.
 */
export class AccessTokens {
  constructor(
    private readonly settings: AccessTokenSettings,
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    for (const [kid, key] of settings.keys) {
      invariant(Buffer.byteLength(key) >= KEY_BYTES_MIN, `the token key ${kid} has less than ${KEY_BYTES_MIN} bytes`);
    }
    invariant(settings.keys.has(settings.signingKeyId), `there is no token key ${settings.signingKeyId}`);
    invariant(settings.lifetimeMs <= LIFETIME_S_MAX * 1000, 'access tokens live longer than a day');
  }

  /** Signs a token for a principal, valid from now. */
  issue(subject: TokenSubject): IssuedToken {
    const { issuer, audience, signingKeyId, keys, lifetimeMs } = this.settings;
    const now = this.nowS();
    const expiresInS = Math.floor(lifetimeMs / 1000);
    const claims = {
      sub: subject.principalId,
      tenant: subject.tenantId,
      username: subject.username,
      role: subject.role,
      iss: issuer,
      aud: audience,
      iat: now,
      nbf: now,
      exp: now + expiresInS,
    };
    const header = { alg: ALGORITHM, typ: TOKEN_TYPE, kid: signingKeyId } as const;
    const accessToken = jwt.sign(claims, keys.get(signingKeyId) ?? '', { algorithm: ALGORITHM, header });
    return { accessToken, expiresInS };
  }

  /**
   * The principal of an `Authorization` header.
   *
   * @throws HttpProblem 401 `token-missing`, `token-expired` or `token-invalid`, with `WWW-Authenticate` (RFC 6750).
   */
  authenticate(authorization: string | undefined): Principal {
    if (authorization === undefined) throw missing();
    const token = /^Bearer ([A-Za-z0-9._-]+)$/i.exec(authorization)?.[1];
    if (token === undefined || token.length > TOKEN_LENGTH_MAX) throw invalid();
    const claims = this.verified(token);
    return {
      principalId: claims.sub,
      tenantId: claims.tenant,
      username: claims.username,
      role: claims.role,
      permissions: ROLE_PERMISSIONS[claims.role],
    };
  }

  private verified(token: string): z.infer<typeof Claims> {
    const header = Header.safeParse(jwt.decode(token, { complete: true })?.header);
    const key = header.success ? this.settings.keys.get(header.data.kid) : undefined;
    if (key === undefined) throw invalid();
    const claims = Claims.safeParse(this.payloadOf(token, key));
    if (!claims.success || claims.data.exp - claims.data.iat > LIFETIME_S_MAX) throw invalid();
    return claims.data;
  }

  private payloadOf(token: string, key: string): unknown {
    const { issuer, audience } = this.settings;
    try {
      return jwt.verify(token, key, {
        algorithms: [ALGORITHM],
        issuer,
        audience,
        clockTolerance: CLOCK_SKEW_S,
        clockTimestamp: this.nowS(),
      });
    } catch (error) {
      throw error instanceof Error && error.name === 'TokenExpiredError' ? expired() : invalid();
    }
  }

  private nowS(): number {
    return Math.floor(Date.parse(this.clock.now()) / 1000);
  }
}

function missing(): HttpProblem {
  return edgeProblem('token-missing', {
    detail: 'Log in at /api/v1/auth/login and send the access token as "Authorization: Bearer …".',
    headers: { 'www-authenticate': 'Bearer realm="caisson"' },
  });
}

function invalid(): HttpProblem {
  return edgeProblem('token-invalid', {
    detail: 'The token was not made by this server, or was changed. Log in again at /api/v1/auth/login.',
    headers: { 'www-authenticate': 'Bearer realm="caisson", error="invalid_token"' },
  });
}

function expired(): HttpProblem {
  return edgeProblem('token-expired', {
    detail: 'Log in again at /api/v1/auth/login.',
    headers: { 'www-authenticate': 'Bearer realm="caisson", error="invalid_token", error_description="expired"' },
  });
}
