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
  return value !== undefined && isInOrder(value) ? JSON.stringify(value) : textOf(value);
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
  for (const key of orderOf(object).sorted) {
    const value = object[key];
    if (value === undefined) continue;
    write(`${before}${quoted(key)}:`);
    if (Array.isArray(value)) writeItems(value, write);
    else write(canonicalJson(value));
    before = ',';
  }
  write(before === '{' ? '{}' : '}');
}

/** Printed together: enough that a call costs little, few enough that the text stays small. */
const ITEMS_PER_PIECE = 64;

function writeItems(items: readonly unknown[], write: (piece: string) => void): void {
  write('[');
  for (let start = 0; start < items.length; start += ITEMS_PER_PIECE) {
    if (start > 0) write(',');
    const piece = items.slice(start, start + ITEMS_PER_PIECE);
    if (isInOrder(piece)) write(JSON.stringify(piece).slice(1, -1));
    else write(piece.map((item) => canonicalJson(item ?? null)).join(','));
  }
  write(']');
}

/**
 * Whether the platform prints a value as we would, many times faster: everything in it is JSON, and the keys come in
 * order already, as in what is built that way.
 */
function isInOrder(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined': // Left out of objects, and null in lists, by both. Never asked of the whole.
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      return value === null || (Array.isArray(value) ? areInOrder(value) : isObjectInOrder(value));
    default:
      return false;
  }
}

// Loops and joined text instead of callbacks and lists of pieces: a plan has a hundred thousand values.

function areInOrder(items: readonly unknown[]): boolean {
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    if (typeof item !== 'string' && !isInOrder(item)) return false;
  }
  return true;
}

function isObjectInOrder(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) return false; // It may print itself in another way.
  const { given, sorted } = orderOf(object);
  if (given !== sorted) return false;
  for (let index = 0; index < given.length; index += 1) {
    const item = (object as Record<string, unknown>)[given[index] ?? ''];
    if (typeof item !== 'string' && !isInOrder(item)) return false;
  }
  return true;
}

function textOf(value: unknown): string {
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

function arrayText(items: readonly unknown[]): string {
  let text = '[';
  for (let index = 0; index < items.length; index += 1) {
    if (index > 0) text += ',';
    text += textOf(items[index] ?? null);
  }
  return `${text}]`;
}

function objectText(object: Record<string, unknown>): string {
  const order = orderOf(object);
  const labels = (order.labels ??= order.sorted.map((key) => `${quoted(key)}:`));
  let text = '';
  for (let index = 0; index < labels.length; index += 1) {
    const value = object[order.sorted[index] ?? ''];
    if (value === undefined) continue;
    text += text === '' ? '{' : ',';
    text += labels[index] ?? '';
    text += textOf(value);
  }
  return text === '' ? '{}' : `${text}}`;
}

/** The keys of an object as they come, and in order: the same list when they come in order. */
interface KeyOrder {
  readonly given: readonly string[];
  readonly sorted: readonly string[];
  /** As they are printed before a value, once they were. */
  labels?: readonly string[];
}

/** Objects with more keys are sorted each time. */
const KEYS_REMEMBERED_MAX = 32;

/** The last order for each number of keys: objects come in lists of their like, and to compare is cheaper. */
const LAST_ORDERS: KeyOrder[] = [];

function orderOf(object: object): KeyOrder {
  const given = Object.keys(object);
  const last = LAST_ORDERS[given.length];
  if (last !== undefined && areSame(last.given, given)) return last;
  const order: KeyOrder = { given, sorted: isSorted(given) ? given : given.toSorted() };
  if (given.length <= KEYS_REMEMBERED_MAX) LAST_ORDERS[given.length] = order;
  return order;
}

function areSame(one: readonly string[], other: readonly string[]): boolean {
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false;
  return true;
}

function isSorted(keys: readonly string[]): boolean {
  for (let index = 1; index < keys.length; index += 1) if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return false;
  return true;
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
