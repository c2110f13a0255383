import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { bytesOfOwner, OWNER_BYTES, ownerOfBytes } from '@caisson/http';
import { sha256 } from '@caisson/kernel';
import type { SecretMint, SecretOwner } from '@caisson/tenancy';

const SECRET_BYTES = 32;
const PEPPER_ID_LENGTH = 8;

/** What secrets are hashed with, so that a stolen table is worth nothing. */
export interface Peppers {
  /** Hashes new secrets. */
  readonly current: string;
  /** Still knows the secrets that it hashed. */
  readonly previous?: string | undefined;
}

/**
 * Secrets of 256 random bits behind the ids of their tenant and thing, so that the row is found by its key:
 * `caisson_key_` and 86 characters of base64url. Kept as HMAC-SHA-256; a slow hash is for what people think up.
 */
export class HashedSecrets implements SecretMint {
  private readonly keys: ReadonlyMap<string, string>;
  private readonly currentId: string;

  constructor(
    private readonly prefix: string,
    { current, previous }: Peppers,
  ) {
    this.currentId = pepperIdOf(current);
    this.keys = new Map([current, ...(previous === undefined ? [] : [previous])].map((key) => [pepperIdOf(key), key]));
  }

  make(owner: SecretOwner): { readonly text: string; readonly hash: string } {
    const bytes = Buffer.concat([bytesOfOwner(owner), randomBytes(SECRET_BYTES)]);
    const text = `${this.prefix}${bytes.toString('base64url')}`;
    return { text, hash: `${this.currentId}:${this.digest(text, this.currentId)?.toString('base64url') ?? ''}` };
  }

  ownerOf(text: string): SecretOwner | undefined {
    if (!text.startsWith(this.prefix)) return undefined;
    const encoded = text.slice(this.prefix.length);
    const bytes = Buffer.from(encoded, 'base64url');
    // One text per secret: base64 has several for the same bytes.
    if (bytes.length !== OWNER_BYTES + SECRET_BYTES || bytes.toString('base64url') !== encoded) return undefined;
    return ownerOfBytes(bytes);
  }

  fits(text: string, hash: string): boolean {
    const [pepperId = '', kept = ''] = hash.split(':');
    const [digest, expected] = [this.digest(text, pepperId), Buffer.from(kept, 'base64url')];
    return digest?.length === expected.length && timingSafeEqual(digest, expected);
  }

  private digest(text: string, pepperId: string): Buffer | undefined {
    const key = this.keys.get(pepperId);
    return key === undefined ? undefined : createHmac('sha256', `${this.prefix}${key}`).update(text).digest();
  }
}

function pepperIdOf(pepper: string): string {
  return sha256(`pepper id ${pepper}`).slice(0, PEPPER_ID_LENGTH);
}
