import { sha1 } from './digest.js';

/** Makes ids that nobody else makes. UUID version 7, so that later ids sort after earlier ones. */
export interface IdGenerator {
  next(): string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const CAISSON_NAMESPACE = hexToBytes('6f1d9d2e3b6c5f0a9c7e2a4b8d1e0f35');

/** Whether a text is a lower-case UUID of any version. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/**
 * The id that follows from a name: the same name gives the same id, on any machine, at any time.
 * A UUID of version 5 (RFC 9562, section 5.5) in Caisson's own namespace. U+001F, which no id holds, joins the parts.
 */
export function deterministicId(...parts: readonly (string | number)[]): string {
  const name = new TextEncoder().encode(parts.join('\u001f'));
  const input = new Uint8Array(CAISSON_NAMESPACE.length + name.length);
  input.set(CAISSON_NAMESPACE);
  input.set(name, CAISSON_NAMESPACE.length);
  return formatUuid(sha1(input).slice(0, 16), 5);
}

/**
 * A UUID of version 7 from an instant and ten random bytes (RFC 9562, section 5.7).
 *
 * @param unixMs - milliseconds since 1970, 0 to 2^48 - 1.
 * @param random - ten bytes; six of their bits are replaced by version and variant.
 */
export function uuidV7(unixMs: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  for (let index = 0; index < 6; index += 1) bytes[index] = Math.floor(unixMs / 2 ** (8 * (5 - index))) % 256;
  bytes.set(random.slice(0, 10), 6);
  return formatUuid(bytes, 7);
}

function formatUuid(bytes: Uint8Array, version: number): string {
  const versioned = Uint8Array.from(bytes);
  versioned[6] = ((versioned[6] ?? 0) & 0x0f) | (version << 4);
  versioned[8] = ((versioned[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(versioned, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function hexToBytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
