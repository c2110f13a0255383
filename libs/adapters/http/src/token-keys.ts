import { invariant } from '@caisson/kernel';
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/** How a key signs. A key is for one algorithm: what a token says about it is only compared (RFC 8725, section 3.1). */
export type TokenAlgorithm = 'HS256' | 'RS256';

/** A key that checks tokens. */
export interface TokenKey {
  /** `kid`: in each token that it signed. */
  readonly keyId: string;
  readonly algorithm: TokenAlgorithm;
  /** The secret of HS256, or the private or public key of RS256. */
  readonly key: KeyObject;
}

/** A public key as `/.well-known/jwks.json` shows it (RFC 7517). */
export type PublicJwk = JsonWebKey & { readonly kid: string; readonly alg: string; readonly use: 'sig' };

const SECRET_BYTES_MIN = 32;
const MODULUS_BITS_MIN = 2048;

/** The keys of a server: one signs, all of them check, so that one can be replaced by another while tokens live on. */
export class TokenKeys {
  /** The key that signs. */
  readonly signing: TokenKey;
  private readonly checking: ReadonlyMap<string, TokenKey>;

  /** The first key signs. */
  constructor(keys: readonly [TokenKey, ...TokenKey[]]) {
    for (const key of keys) checkStrength(key);
    [this.signing] = keys;
    this.checking = new Map(keys.map((key) => [key.keyId, { ...key, key: checkingHalf(key.key) }]));
  }

  /** The key with an id, as it checks: a secret, or the public half. */
  find(keyId: string): TokenKey | undefined {
    return this.checking.get(keyId);
  }

  /** What others may know: the public halves. Secrets have none. */
  publicKeys(): readonly PublicJwk[] {
    return [...this.checking.values()].flatMap(({ algorithm, key, keyId }) =>
      key.type === 'secret'
        ? []
        : [{ ...key.export({ format: 'jwk' }), kid: keyId, alg: algorithm, use: 'sig' as const }],
    );
  }
}

function checkingHalf(key: KeyObject): KeyObject {
  return key.type === 'private' ? createPublicKey(key) : key;
}

function checkStrength({ algorithm, key, keyId }: TokenKey): void {
  if (algorithm === 'HS256') {
    const isStrong = key.type === 'secret' && (key.symmetricKeySize ?? 0) >= SECRET_BYTES_MIN;
    invariant(isStrong, `the token key ${keyId} is no secret of at least ${SECRET_BYTES_MIN} bytes`);
  } else {
    const bits = key.asymmetricKeyType === 'rsa' ? (key.asymmetricKeyDetails?.modulusLength ?? 0) : 0;
    invariant(bits >= MODULUS_BITS_MIN, `the token key ${keyId} is no RSA key of at least ${MODULUS_BITS_MIN} bits`);
  }
}
