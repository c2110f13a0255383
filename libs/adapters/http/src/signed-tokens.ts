import type { Clock } from '@caisson/kernel';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import type { TokenKeys } from './token-keys.js';

/** How tokens are signed and what they say about who made them. */
export interface TokenSettings {
  /** `iss` of every token. */
  readonly issuer: string;
  /** `aud` of every token. */
  readonly audience: string;
  readonly keys: TokenKeys;
}

/** One kind of token: `typ` keeps the kinds apart, so that none passes for another (RFC 8725, section 3.11). */
export interface TokenKind<Claims extends z.ZodType> {
  readonly typ: string;
  /** Of the claims that are its own. */
  readonly claims: Claims;
  /** A token that says that it lives longer is none of ours. */
  readonly lifetimeSMax: number;
}

/** What came of checking a token. */
export type Checked<Claims> =
  | { readonly outcome: 'valid'; readonly claims: Claims }
  | { readonly outcome: 'expired' }
  | { readonly outcome: 'invalid' };

const CLOCK_SKEW_S = 60;
const TOKEN_LENGTH_MAX = 4096;

/** Tokens whose check is remembered; a session asks many times with the same one. A few megabytes at most. */
const REMEMBERED_MAX = 10_000;

const Header = z.strictObject({ alg: z.string(), typ: z.string(), kid: z.string().min(1).max(64) });
const Times = z.object({ iat: z.int(), nbf: z.int(), exp: z.int(), jti: z.string().min(1).max(128) });

/** A token that was good, what it claims, and while it is. */
interface Remembered {
  readonly kind: TokenKind<z.ZodType>;
  readonly claims: unknown;
  readonly fromS: number;
  readonly untilS: number;
}

/**
 * Signs and checks JSON web tokens (RFC 7519) by the rules of RFC 8725: keys by `kid` from a fixed set, one algorithm
 * per key, every claim required, any further header member refused.
 */
export class SignedTokens {
  /** By the token itself: the same text under the same keys is the same answer until its time is over. */
  private readonly remembered = new Map<string, Remembered>();

  constructor(
    private readonly settings: TokenSettings,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** Signs a token, valid from now. */
  sign(kind: TokenKind<z.ZodType>, claims: Readonly<Record<string, unknown>>, expiresAtS: number): string {
    const { audience, issuer, keys } = this.settings;
    const { algorithm, key, keyId } = keys.signing;
    const now = this.nowS();
    const payload = { ...claims, iss: issuer, aud: audience, iat: now, nbf: now, exp: expiresAtS };
    return jwt.sign(payload, key, { algorithm, header: { alg: algorithm, typ: kind.typ, kid: keyId } });
  }

  /** Checks a token of a kind. */
  check<Claims extends z.ZodType>(kind: TokenKind<Claims>, token: string): Checked<z.infer<Claims>> {
    const known = this.remembered.get(token);
    if (known?.kind === kind && this.isTime(known))
      return { outcome: 'valid', claims: known.claims as z.infer<Claims> };
    const payload = token.length > TOKEN_LENGTH_MAX ? undefined : this.payloadOf(kind, token);
    if (payload === 'expired') return { outcome: 'expired' };
    const times = Times.safeParse(payload);
    const claims = kind.claims.safeParse(payload);
    if (!times.success || !claims.success) return { outcome: 'invalid' };
    const { exp, iat, nbf } = times.data;
    if (exp - iat > kind.lifetimeSMax) return { outcome: 'invalid' };
    this.remember(token, { kind, claims: claims.data, fromS: nbf - CLOCK_SKEW_S, untilS: exp + CLOCK_SKEW_S });
    return { outcome: 'valid', claims: claims.data };
  }

  /** Whole seconds since 1970. */
  nowS(): number {
    return Math.floor(Date.parse(this.clock.now()) / 1000);
  }

  /** As `jwt.verify` judges the times: good from `nbf` on and before `exp`, give or take the skew. */
  private isTime({ fromS, untilS }: Remembered): boolean {
    const now = this.nowS();
    return now >= fromS && now < untilS;
  }

  /** The oldest makes room: its token is checked anew when it comes again. */
  private remember(token: string, checked: Remembered): void {
    this.remembered.set(token, checked);
    const oldest = this.remembered.size > REMEMBERED_MAX ? this.remembered.keys().next() : undefined;
    if (oldest?.done === false) this.remembered.delete(oldest.value);
  }

  private payloadOf({ typ }: TokenKind<z.ZodType>, token: string): unknown {
    const { data: header } = Header.safeParse(jwt.decode(token, { complete: true })?.header);
    const key = header?.typ === typ ? this.settings.keys.find(header.kid) : undefined;
    if (key === undefined || header?.alg !== key.algorithm) return undefined;
    const { audience, issuer } = this.settings;
    try {
      return jwt.verify(token, key.key, {
        algorithms: [key.algorithm],
        issuer,
        audience,
        clockTolerance: CLOCK_SKEW_S,
        clockTimestamp: this.nowS(),
      });
    } catch (error) {
      return error instanceof Error && error.name === 'TokenExpiredError' ? 'expired' : undefined;
    }
  }
}
