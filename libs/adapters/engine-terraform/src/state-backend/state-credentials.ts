import { createHmac, timingSafeEqual } from 'node:crypto';
import { invariant, type Clock } from '@caisson/kernel';
import { z } from 'zod';

/** What a credential allows. */
export interface StateGrant {
  readonly tenantId: string;
  readonly deploymentId: string;
  readonly unitId: string;
  /** Token of the deployment's holder; 0 for reading. */
  readonly fencingToken: number;
  /** `read` gets the state and nothing else. */
  readonly mode: 'read' | 'write';
}

/** A key that signs credentials. */
export interface CredentialKey {
  /** 1 to 32 of a-z, A-Z, 0-9, `-` and `_`. */
  readonly id: string;
  /** 32 random bytes or more. */
  readonly key: Uint8Array;
}

/** What came of looking at a credential. */
export type CredentialCheck =
  | { readonly outcome: 'valid'; readonly grant: StateGrant }
  | { readonly outcome: 'forged' }
  | { readonly outcome: 'expired' };

const Claims = z.strictObject({
  t: z.string(),
  d: z.string(),
  u: z.string(),
  f: z.int().nonnegative(),
  m: z.enum(['read', 'write']),
  /** Milliseconds since 1970. */
  e: z.int(),
});

const KEY_BYTES_MIN = 32;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;
const CREDENTIAL_LENGTH_MAX = 2_048;

/**
 * Issues and checks the password that Terraform sends with each request for its state. It is signed, names one unit of
 * one tenant under one fencing token, and expires: nothing has to be stored, and a stale holder's is told at once.
 */
export class StateCredentials {
  readonly #signing: CredentialKey;
  readonly #known: ReadonlyMap<string, CredentialKey>;
  readonly #clock: Clock;

  /**
   * @param keys - the first signs; all are accepted.
   * @throws InvariantViolation for no key, a bad id or a short key.
   */
  constructor(keys: readonly CredentialKey[], clock: Clock) {
    const [signing] = keys;
    invariant(signing !== undefined, 'state credentials need a key');
    for (const { id, key } of keys) {
      invariant(KEY_ID.test(id), `the id of a credential key must match ${KEY_ID.source}`);
      invariant(key.length >= KEY_BYTES_MIN, `the credential key ${id} must have ${KEY_BYTES_MIN} bytes or more`);
    }
    this.#signing = signing;
    this.#known = new Map(keys.map((key) => [key.id, key]));
    this.#clock = clock;
  }

  /** Makes a credential: `key id`, claims and signature, joined by dots. */
  issue(grant: StateGrant, lifetimeMs: number): string {
    const claims: z.infer<typeof Claims> = {
      t: grant.tenantId,
      d: grant.deploymentId,
      u: grant.unitId,
      f: grant.fencingToken,
      m: grant.mode,
      e: Date.parse(this.#clock.now()) + lifetimeMs,
    };
    const content = `${this.#signing.id}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
    return `${content}.${sign(this.#signing, content).toString('base64url')}`;
  }

  /** Checks what a caller sent, in constant time as far as the signature goes. Never throws. */
  verify(credential: string): CredentialCheck {
    const [keyId = '', encoded = '', signature = '', ...rest] = credential.split('.');
    const key = this.#known.get(keyId);
    if (key === undefined || rest.length > 0 || credential.length > CREDENTIAL_LENGTH_MAX) return FORGED;
    const expected = sign(key, `${keyId}.${encoded}`);
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return FORGED;
    const claims = parseClaims(Buffer.from(encoded, 'base64url').toString('utf8'));
    if (claims === undefined) return FORGED;
    if (Date.parse(this.#clock.now()) >= claims.e) return { outcome: 'expired' };
    const { t: tenantId, d: deploymentId, u: unitId, f: fencingToken, m: mode } = claims;
    return { outcome: 'valid', grant: { tenantId, deploymentId, unitId, fencingToken, mode } };
  }
}

const FORGED: CredentialCheck = { outcome: 'forged' };

function sign(key: CredentialKey, content: string): Buffer {
  return createHmac('sha256', key.key).update(`caisson-terraform-state.${content}`).digest();
}

function parseClaims(text: string): z.infer<typeof Claims> | undefined {
  try {
    return Claims.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
