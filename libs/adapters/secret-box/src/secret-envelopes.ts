import { randomBytes } from 'node:crypto';
import type { Envelope, EnvelopeSealer } from '@caisson/engine';
import { AesSecretBox, type SecretKey } from './aes-secret-box.js';

const DATA_KEY_BYTES = 32;
/** The key of the content is named by its envelope alone. */
const DATA_KEY_ID = 'data';

/**
 * Envelope encryption with AES-256-GCM: what is kept is sealed by a key of its own, and that key by the installation's.
 * So a new key of the installation reseals 32 bytes, and never opens what is kept.
 */
export class SecretEnvelopes implements EnvelopeSealer {
  readonly keyId: string;
  readonly #box: AesSecretBox;

  /**
   * @param keys - the first writes; all are readable.
   * @throws InvariantViolation as `AesSecretBox` does.
   */
  constructor(keys: readonly SecretKey[]) {
    this.#box = new AesSecretBox(keys);
    this.keyId = keys[0]?.id ?? '';
  }

  seal(plain: string, boundTo: string): Envelope {
    const dataKey = randomBytes(DATA_KEY_BYTES);
    const content = boxOf(dataKey).seal(Buffer.from(plain, 'utf8'), contentPlace(boundTo));
    return { keyId: this.keyId, dataKey: this.#sealKey(dataKey, boundTo), content: base64(content) };
  }

  open(envelope: Envelope, boundTo: string): string {
    const content = boxOf(this.#openKey(envelope, boundTo)).open(bytes(envelope.content), contentPlace(boundTo));
    return Buffer.from(content).toString('utf8');
  }

  rewrap(envelope: Envelope, boundTo: string): Envelope {
    const dataKey = this.#openKey(envelope, boundTo);
    return { ...envelope, keyId: this.keyId, dataKey: this.#sealKey(dataKey, boundTo) };
  }

  #sealKey(dataKey: Uint8Array, boundTo: string): string {
    return base64(this.#box.seal(dataKey, keyPlace(boundTo)));
  }

  #openKey({ dataKey }: Envelope, boundTo: string): Uint8Array {
    return this.#box.open(bytes(dataKey), keyPlace(boundTo));
  }
}

function boxOf(key: Uint8Array): AesSecretBox {
  return new AesSecretBox([{ id: DATA_KEY_ID, key }]);
}

function contentPlace(boundTo: string): string {
  return `${boundTo}|content`;
}

function keyPlace(boundTo: string): string {
  return `${boundTo}|data-key`;
}

function base64(sealed: Uint8Array): string {
  return Buffer.from(sealed).toString('base64');
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'base64');
}
