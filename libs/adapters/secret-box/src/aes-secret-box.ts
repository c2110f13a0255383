import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SecretBox } from '@caisson/engine';
import { Fault, invariant } from '@caisson/kernel';

/** A key of the box. */
export interface SecretKey {
  /** 1 to 32 of a-z, A-Z, 0-9, `-` and `_`; written in clear in front of what the key sealed. */
  readonly id: string;
  /** 32 random bytes. */
  readonly key: Uint8Array;
}

const ALGORITHM = 'aes-256-gcm';
const FORMAT = 1;
const KEY_BYTES = 32;
/** 96 bits, drawn at random: NIST SP 800-38D, section 8.2.2. Safe for 2^32 sealings under one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

/**
 * AES-256-GCM. Sealed bytes are: format (1), length of the key id (1), key id, nonce (12), ciphertext, tag (16). The
 * header and the place are authenticated with the content. One key writes, several can be read, so keys can be changed.
 */
export class AesSecretBox implements SecretBox {
  readonly #writing: SecretKey;
  readonly #reading: ReadonlyMap<string, SecretKey>;

  /**
   * @param keys - the first writes; all are readable.
   * @throws InvariantViolation for no key, a bad id, a repeated id or a key of another length.
   */
  constructor(keys: readonly SecretKey[]) {
    const [writing] = keys;
    invariant(writing !== undefined, 'a secret box needs a key');
    for (const { id, key } of keys) {
      invariant(KEY_ID.test(id), `the id of a secret key must match ${KEY_ID.source}`);
      invariant(key.length === KEY_BYTES, `the secret key ${id} must have ${KEY_BYTES} bytes, not ${key.length}`);
    }
    this.#writing = writing;
    this.#reading = new Map(keys.map((key) => [key.id, key]));
    invariant(this.#reading.size === keys.length, 'two secret keys have the same id');
  }

  seal(plain: Uint8Array, boundTo: string): Uint8Array {
    const nonce = randomBytes(NONCE_BYTES);
    const header = headerOf(this.#writing.id);
    const cipher = createCipheriv(ALGORITHM, this.#writing.key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(additionalData(header, boundTo));
    return Buffer.concat([header, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  open(sealed: Uint8Array, boundTo: string): Uint8Array {
    const parts = split(Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength));
    if (parts === undefined) throw unreadable(boundTo, 'it is not in the format of sealed bytes');
    const key = this.#reading.get(parts.keyId)?.key;
    if (key === undefined) throw unreadable(boundTo, `the key "${parts.keyId}" is not configured`);
    const decipher = createDecipheriv(ALGORITHM, key, parts.nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(headerOf(parts.keyId), boundTo));
    decipher.setAuthTag(parts.tag);
    try {
      return Buffer.concat([decipher.update(parts.content), decipher.final()]);
    } catch (error) {
      throw unreadable(boundTo, 'it was changed, or sealed for another place or by another key', error);
    }
  }
}

/**
 * Reads keys from configuration text: `id:base64` pairs with commas between them, the writing one first.
 *
 * @throws InvariantViolation that names what is wrong, without the key.
 */
export function parseSecretKeys(text: string): readonly SecretKey[] {
  return text.split(',').map((pair) => {
    const [id = '', encoded = '', ...rest] = pair.trim().split(':');
    invariant(rest.length === 0 && encoded !== '', 'secret keys are written as id:base64,id:base64');
    const key = Buffer.from(encoded, 'base64');
    invariant(key.length === KEY_BYTES, `the secret key ${id} must be ${KEY_BYTES} bytes in base64`);
    return { id, key };
  });
}

function headerOf(keyId: string): Buffer {
  return Buffer.concat([Buffer.from([FORMAT, keyId.length]), Buffer.from(keyId, 'ascii')]);
}

/** The header gives its own length, so no two pairs of header and place give the same bytes. */
function additionalData(header: Buffer, boundTo: string): Buffer {
  return Buffer.concat([header, Buffer.from(boundTo, 'utf8')]);
}

function split(sealed: Buffer) {
  const idLength = sealed[1] ?? 0;
  const nonceStart = 2 + idLength;
  const contentStart = nonceStart + NONCE_BYTES;
  const tagStart = sealed.length - TAG_BYTES;
  if (sealed[0] !== FORMAT || tagStart < contentStart) return undefined;
  return {
    keyId: sealed.toString('ascii', 2, nonceStart),
    nonce: sealed.subarray(nonceStart, contentStart),
    content: sealed.subarray(contentStart, tagStart),
    tag: sealed.subarray(tagStart),
  };
}

function unreadable(boundTo: string, reason: string, cause?: unknown): Fault {
  const remedy = 'Restore it, or configure the key it was sealed by.';
  const message = `What is kept at ${boundTo} cannot be read: ${reason}. ${remedy}`;
  return new Fault('secret-unreadable', message, { retryable: false, cause });
}
