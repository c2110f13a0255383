/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * Canonical JSON text: keys sorted by UTF-16 code unit, no white space, numbers as ECMAScript prints them.
 * Equal values give equal text, so it may be hashed. `undefined` members are left out. O(n log n) in the keys.
 *
 * Source: RFC 8785 (JSON Canonicalization Scheme), sections 3.2.2 and 3.2.3.
 *
 * @throws TypeError for what JSON cannot say: NaN, infinities, functions, symbols, big integers.
 */
export function canonicalJson(value: unknown): string {
  let text = '';
  writeCanonical(value, (piece) => (text += piece));
  return text;
}

/** Canonical JSON text in pieces, for whoever needs the whole text only once. @throws TypeError as `canonicalJson`. */
export function writeCanonical(value: unknown, write: (piece: string) => void): void {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) write(JSON.stringify(value));
  else if (typeof value === 'number') write(numberText(value));
  else if (Array.isArray(value)) writeArray(value, write);
  else if (typeof value === 'object') writeObject(value as Record<string, unknown>, write);
  else throw new TypeError(`${typeof value} is not JSON`);
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`${String(value)} is not JSON`);
  return JSON.stringify(value);
}

function writeArray(items: readonly unknown[], write: (piece: string) => void): void {
  write('[');
  items.forEach((item, index) => {
    if (index > 0) write(',');
    writeCanonical(item ?? null, write);
  });
  write(']');
}

function writeObject(object: Record<string, unknown>, write: (piece: string) => void): void {
  let before = '{';
  for (const key of sortedKeys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    write(`${before}${quoted(key)}:`);
    writeCanonical(value, write);
    before = ',';
  }
  write(before === '{' ? '{}' : '}');
}

/** Most objects have few keys, and many have them in order already. */
function sortedKeys(object: object): readonly string[] {
  const keys = Object.keys(object);
  for (let index = 1; index < keys.length; index += 1) {
    if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return keys.sort();
  }
  return keys;
}

const PLAIN_KEY = /^[\w.-]*$/;

function quoted(key: string): string {
  return PLAIN_KEY.test(key) ? `"${key}"` : JSON.stringify(key);
}

/** Whether two JSON values are equal, whatever the order of their keys. */
export function jsonEquals(left: unknown, right: unknown): boolean {
  return left === right || canonicalJson(left ?? null) === canonicalJson(right ?? null);
}
