// eslint-disable-next-line no-restricted-imports -- hashing is pure; the platform's is the only sane one.
import { createHash, hash, type Hash } from 'node:crypto';
import { writeCanonical } from './json.js';

/** Hashed at once: a whole plan as one text would be many megabytes. */
const CHUNK_LENGTH = 65_536;

/** SHA-256 of text (UTF-8) or bytes, as 64 lower-case hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex');
}

/** Content address of a JSON value: `sha256:` and the SHA-256 of its canonical text. Equal values, equal digests. */
export function digestOf(value: unknown): string {
  let text = '';
  let hasher: Hash | undefined;
  writeCanonical(value, (piece) => {
    text += piece;
    if (text.length < CHUNK_LENGTH) return;
    hasher = (hasher ?? createHash('sha256')).update(text);
    text = '';
  });
  return `sha256:${hasher === undefined ? sha256(text) : hasher.update(text).digest('hex')}`;
}

/** SHA-1 of bytes; only for name-based UUIDs (RFC 9562, section 5.5), never for security. */
export function sha1(content: Uint8Array): Uint8Array {
  return hash('sha1', content, 'buffer');
}
