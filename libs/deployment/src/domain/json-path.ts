import type { Json, JsonObject } from '@caisson/kernel';

/**
 * The keys of a path, dots between them. A key that has dots itself, such as `app.kubernetes.io/name`, is found where
 * it is; where nothing is yet, each dot parts two keys, but below an object of plain texts, whose keys are names.
 */
export function keysOf(value: Json | undefined, path: string): readonly string[] {
  const parts = path.split('.');
  for (let length = 1; length < parts.length; length += 1) {
    const key = parts.slice(0, length).join('.');
    const inner = valueAt(value, [key]);
    if (inner !== undefined) return [key, ...keysOf(inner, parts.slice(length).join('.'))];
  }
  const isWhole = valueAt(value, [path]) !== undefined || isNames(value);
  return isWhole ? [path] : parts;
}

function isNames(value: Json | undefined): boolean {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const members = isObject ? Object.values(value) : [];
  return members.length > 0 && members.every((member) => typeof member === 'string');
}

/** The value under some keys, list positions among them; undefined when there is none. */
export function valueAt(value: Json | undefined, keys: readonly string[]): Json | undefined {
  return keys.reduce<Json | undefined>((current, key) => {
    return typeof current === 'object' && current !== null && Object.hasOwn(current, key)
      ? (current as JsonObject)[key]
      : undefined;
  }, value);
}

/** Whether all but the last key lead through objects and lists, or to where there is nothing yet. */
export function isShapedAs(value: Json | undefined, keys: readonly string[]): boolean {
  return keys.slice(0, -1).every((_key, index) => {
    const between = valueAt(value, keys.slice(0, index + 1));
    return between === undefined || (typeof between === 'object' && between !== null);
  });
}

/** A copy with another value under some keys, or with none; objects that lead there are made. */
export function withValueAt(value: JsonObject, keys: readonly string[], next: Json | undefined): JsonObject {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  const inner = Object.hasOwn(value, key) ? value[key] : undefined;
  const changed = rest.length === 0 ? next : withValueIn(inner, rest, next);
  // Not by spreading a computed name: "__proto__" is a key like any other.
  const others = Object.entries(value).filter(([name]) => name !== key);
  return Object.fromEntries(changed === undefined ? others : [...others, [key, changed] as const]);
}

function withValueIn(inner: Json | undefined, keys: readonly string[], next: Json | undefined): Json {
  if (!Array.isArray(inner)) return withValueAt((inner ?? {}) as JsonObject, keys, next);
  const [position, ...rest] = keys;
  return inner.map((item: Json, index) => {
    if (String(index) !== position) return item;
    return rest.length === 0 ? (next ?? null) : withValueIn(item, rest, next);
  });
}
