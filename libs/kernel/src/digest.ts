// eslint-disable-next-line no-restricted-imports -- hashing is pure; the platform's is the only sane one.
import { hash } from 'node:crypto';
import { canonicalJson } from './json.js';

/** SHA-256 of text (UTF-8) or bytes, as 64 lower-case hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex');
}

/** Content address of a JSON value: `sha256:` and the SHA-256 of its canonical text. Equal values, equal digests. */
export function digestOf(value: unknown): string {
  return `sha256:${sha256(canonicalJson(value))}`;
}

/** SHA-1 of bytes; only for name-based UUIDs (RFC 9562, section 5.5), never for security. */
export function sha1(content: Uint8Array): Uint8Array {
  return hash('sha1', content, 'buffer');
}
