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

/** Two digits of each byte. A table, because every event has an id made here. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function formatUuid(bytes: Uint8Array, version: number): string {
  const digits = (from: number, to: number): string => {
    let text = '';
    for (let index = from; index < to; index += 1) text += HEX[bytes[index] ?? 0] ?? '';
    return text;
  };
  const versioned = HEX[((bytes[6] ?? 0) & 0x0f) | (version << 4)] ?? '';
  const variant = HEX[((bytes[8] ?? 0) & 0x3f) | 0x80] ?? '';
  return `${digits(0, 4)}-${digits(4, 6)}-${versioned}${digits(7, 8)}-${variant}${digits(9, 10)}-${digits(10, 16)}`;
}

function hexToBytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
