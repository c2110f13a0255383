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
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      if (Number.isFinite(value)) return String(value);
      throw new TypeError(`${String(value)} is not JSON`);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? arrayText(value) : objectText(value as Record<string, unknown>);
    default:
      throw new TypeError(`${typeof value} is not JSON`);
  }
}

/**
 * Canonical JSON text in pieces, for whoever needs the whole text only once: a large value is an object of long lists,
 * or such a list. @throws TypeError as `canonicalJson`.
 */
export function writeCanonical(value: unknown, write: (piece: string) => void): void {
  if (typeof value !== 'object' || value === null) write(canonicalJson(value));
  else if (Array.isArray(value)) writeItems(value, write);
  else writeMembers(value as Record<string, unknown>, write);
}

function writeMembers(object: Record<string, unknown>, write: (piece: string) => void): void {
  let before = '{';
  for (const key of sortedKeys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    write(`${before}${quoted(key)}:`);
    if (Array.isArray(value)) writeItems(value, write);
    else write(canonicalJson(value));
    before = ',';
  }
  write(before === '{' ? '{}' : '}');
}

function writeItems(items: readonly unknown[], write: (piece: string) => void): void {
  write('[');
  items.forEach((item, index) => {
    if (index > 0) write(',');
    write(canonicalJson(item ?? null));
  });
  write(']');
}

// Loops and joined text instead of lists of pieces: a plan has a hundred thousand values.

function arrayText(items: readonly unknown[]): string {
  let text = '[';
  for (let index = 0; index < items.length; index += 1) {
    if (index > 0) text += ',';
    text += canonicalJson(items[index] ?? null);
  }
  return `${text}]`;
}

function objectText(object: Record<string, unknown>): string {
  let text = '';
  for (const key of sortedKeys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    text += `${text === '' ? '{' : ','}${quoted(key)}:${canonicalJson(value)}`;
  }
  return text === '' ? '{}' : `${text}}`;
}

/** Most objects have few keys, and many have them in order already. */
function sortedKeys(object: object): readonly string[] {
  const keys = Object.keys(object);
  for (let index = 1; index < keys.length; index += 1) {
    if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return keys.sort();
  }
  return keys;
}

/** Names, types and ids; to look at a longer text twice would cost more than it saves. */
const PLAIN = /^[\w.:/ -]{0,64}$/;

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Whether two JSON values are equal, whatever the order of their keys. */
export function jsonEquals(left: unknown, right: unknown): boolean {
  return left === right || canonicalJson(left ?? null) === canonicalJson(right ?? null);
}
