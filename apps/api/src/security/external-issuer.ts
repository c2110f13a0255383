import { ROLE_PERMISSIONS, ROLES } from '@caisson/contracts';
import { credentialProblem, type Principal } from '@caisson/http';
import { deterministicId, Fault, type Clock } from '@caisson/kernel';
import { tenantIdOf } from '@caisson/tenancy';
import {
  createRemoteJWKSet,
  decodeJwt,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyResult,
} from 'jose';
import { z } from 'zod';

/** Who else may say who callers are. */
export interface ExternalIssuerSettings {
  /** Exactly as in `iss`; its keys are found by its discovery document. */
  readonly issuer: string;
  /** `aud` of tokens that are meant for us. */
  readonly audience: string;
  /** The claim that names the tenant. */
  readonly tenantClaim: string;
  /** The tenant of tokens without that claim. */
  readonly tenant: string;
  /** The claim that names the role; without it, a viewer. */
  readonly roleClaim: string;
}

/** Public keys only: with a shared secret whoever checks could sign. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const CLOCK_SKEW_S = 60;
/** Tokens cannot be taken back, so none is good for longer, whatever its end. */
const TOKEN_AGE_MAX = '24h';
/** `typ` of access tokens (RFC 9068); many issuers say just JWT, or nothing. */
const ACCESS_TOKEN_TYPES: readonly unknown[] = [undefined, 'jwt', 'at+jwt', 'application/at+jwt'];
/** Claims of ID tokens and logout tokens, which are for the client alone. */
const OTHERS_CLAIMS = ['nonce', 'at_hash', 'c_hash', 'events'];
const ANSWER_MS_MAX = 5_000;
/** A key that is not known is looked up at most this often: forged tokens cannot make us ask all the time. */
const LOOK_UP_AGAIN_MS = 30_000;

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });
const Role = z.enum(ROLES).catch('viewer');
const Name = z.string().min(1).max(64);

/**
 * Knows callers by the access tokens of an OpenID Connect issuer (OpenID Connect Discovery 1.0, RFC 9068). It says who
 * they are and what their role is; its tokens are good until they end.
 */
export class ExternalIssuer {
  private keys: Promise<JWTVerifyGetKey> | undefined;

  constructor(
    private readonly settings: ExternalIssuerSettings,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** Whether a token says that this issuer made it. Nothing is proved by that. */
  isOf(token: string): boolean {
    try {
      return decodeJwt(token).iss === this.settings.issuer;
    } catch {
      return false;
    }
  }

  /**
   * Who a token is for.
   *
   * @throws HttpProblem 401 as `Authenticator` does; Fault `issuer-unavailable` (retryable) while its keys are away.
   */
  async principalOf(token: string): Promise<Principal> {
    const { payload, protectedHeader } = await this.verified(token);
    if (!isAccessToken(protectedHeader.typ, payload)) throw credentialProblem('token-invalid');
    return this.toPrincipal(payload);
  }

  private async verified(token: string): Promise<JWTVerifyResult> {
    const { audience, issuer } = this.settings;
    const options = {
      ...{ issuer, audience, algorithms: ALGORITHMS, clockTolerance: CLOCK_SKEW_S },
      ...{ requiredClaims: ['exp', 'iat', 'sub'], currentDate: new Date(this.clock.now()) },
      maxTokenAge: TOKEN_AGE_MAX,
    };
    try {
      return await jwtVerify(token, await this.foundKeys(), options);
    } catch (error) {
      throw judged(error);
    }
  }

  private toPrincipal(payload: JWTPayload): Principal {
    const { issuer, roleClaim, tenant, tenantClaim } = this.settings;
    const subject = payload.sub ?? '';
    const role = Role.parse(payload[roleClaim]);
    const named = Name.default(tenant).safeParse(payload[tenantClaim]);
    if (!named.success) throw credentialProblem('token-invalid'); // Of a tenant that nobody can tell: of none.
    return {
      principalId: deterministicId('external', issuer, subject),
      tenantId: tenantIdOf(named.data),
      username: Name.catch(subject.slice(0, 64)).parse(payload['preferred_username']),
      ...{ role, permissions: ROLE_PERMISSIONS[role] },
    };
  }

  private foundKeys(): Promise<JWTVerifyGetKey> {
    this.keys ??= this.discover().catch((error: unknown) => {
      this.keys = undefined; // Asked again at the next token.
      throw error;
    });
    return this.keys;
  }

  private async discover(): Promise<JWTVerifyGetKey> {
    const { issuer } = this.settings;
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS_MAX), redirect: 'error' });
    const found = Discovery.safeParse(await answer.json());
    if (!found.success || found.data.issuer !== issuer)
      throw new Error('its discovery document is not that of the issuer');
    return createRemoteJWKSet(new URL(found.data.jwks_uri), {
      timeoutDuration: ANSWER_MS_MAX,
      cooldownDuration: LOOK_UP_AGAIN_MS,
    });
  }
}

function isAccessToken(typ: unknown, payload: JWTPayload): boolean {
  const type = typeof typ === 'string' ? typ.toLowerCase() : typ;
  return ACCESS_TOKEN_TYPES.includes(type) && OTHERS_CLAIMS.every((name) => payload[name] === undefined);
}

/** What is wrong with the token is the caller's; all else is the issuer's. */
function judged(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return credentialProblem('token-expired');
  const isAway = error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError);
  if (!isAway && error.code !== 'ERR_JOSE_GENERIC') return credentialProblem('token-invalid');
  return new Fault('issuer-unavailable', 'The keys of the issuer of the token could not be had. Try again.', {
    retryable: true,
    cause: error,
  });
}
