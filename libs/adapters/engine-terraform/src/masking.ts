import type { AttributeChange, Diagnostic } from '@caisson/contracts';
import { jsonEquals, type Json } from '@caisson/kernel';
import type { Redactor } from '@caisson/tool-process';

/** What stands in place of a value that Terraform marks sensitive. */
export const SENSITIVE = '(sensitive)';
/** The same for one that was found changed in the world. */
export const SENSITIVE_CHANGED = '(sensitive, changed)';

/**
 * A map beside a value, as Terraform's JSON output has them for sensitive and for unknown values: `true` marks the
 * whole value, an object or list marks parts of it, and what is missing is not marked.
 */
export type Marks = Json | undefined;

/** A value with everything marked replaced. */
export function mask(value: Json, sensitive: Marks, replacement = SENSITIVE): Json {
  if (sensitive === true) return value === null ? null : replacement;
  if (Array.isArray(value)) return value.map((item: Json, index) => mask(item, marksAt(sensitive, index), replacement));
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, mask(item, marksAt(sensitive, key), replacement)]),
    );
  }
  return value;
}

/** The texts that are marked sensitive, to be found where Terraform lost the mark. */
export function secretsIn(value: Json | undefined, sensitive: Marks): readonly string[] {
  if (sensitive === true) return textsIn(value);
  if (!isContainer(value) || !isContainer(sensitive)) return [];
  return Object.keys(value).flatMap((key) => secretsIn(marksAt(value, key), marksAt(sensitive, key)));
}

/**
 * Replaces known secrets in every text of a value. Needed beside the marks: a provider computes an attribute from a
 * sensitive one, as `terraform_data` computes `output` from `input`, and nothing marks the result.
 */
export function redactTexts<Value extends Json>(value: Value, redactor: Redactor): Value {
  return replaceTexts(value, redactor) as Value;
}

/** Replaces known secrets in what a person reads of a diagnostic. */
export function redactDiagnostic(diagnostic: Diagnostic, redactor: Redactor): Diagnostic {
  const { detail, summary } = diagnostic;
  return {
    ...diagnostic,
    summary: redactor.redact(summary),
    ...(detail === undefined ? {} : { detail: redactor.redact(detail) }),
  };
}

function replaceTexts(value: Json, redactor: Redactor): Json {
  if (typeof value === 'string') return redactor.redact(value);
  if (Array.isArray(value)) return value.map((item: Json) => replaceTexts(item, redactor));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceTexts(item, redactor)]));
}

function textsIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  if (!isContainer(value)) return [];
  return Object.values(value).flatMap((item: Json) => textsIn(item));
}

/** Both sides of a change, and their marks. */
export interface ChangedValue {
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  readonly afterUnknown: Marks;
  readonly beforeSensitive: Marks;
  readonly afterSensitive: Marks;
}

/** The attributes that differ, by path, sensitive values replaced. O(size of the values). */
export function changedAttributes(change: ChangedValue, path: readonly string[] = []): readonly AttributeChange[] {
  if (change.beforeSensitive === true || change.afterSensitive === true) return sensitiveChange(change, path);
  if (change.afterUnknown === true) return [leaf(path, { before: change.before }, { unknown: true })];
  const keys = childKeys(change);
  if (keys === undefined) {
    if (jsonEquals(change.before, change.after)) return [];
    return [leaf(path, { before: change.before, after: change.after }, {})];
  }
  return keys.flatMap((key) => changedAttributes(childOf(change, key), [...path, key]));
}

function sensitiveChange(change: ChangedValue, path: readonly string[]): readonly AttributeChange[] {
  const unknown = change.afterUnknown === true;
  if (!unknown && jsonEquals(change.before, change.after)) return [];
  const hide = (value: Json | undefined): Json | undefined =>
    value === undefined || value === null ? value : SENSITIVE;
  const sides = { before: hide(change.before), after: unknown ? undefined : hide(change.after) };
  return [leaf(path, sides, { unknown, sensitive: true })];
}

/** The members to look into; undefined when the value is compared as one. */
function childKeys({ before, after, afterUnknown, beforeSensitive, afterSensitive }: ChangedValue) {
  const values = [before, after].filter((value) => value !== undefined && value !== null);
  const open = values.every((value) => typeof value === 'object');
  const bothLists = values.every((value) => Array.isArray(value)) || values.every((value) => !Array.isArray(value));
  const parts = [before, after, afterUnknown, beforeSensitive, afterSensitive].filter((part) => isContainer(part));
  if (!open || !bothLists || parts.length === 0) return undefined;
  const keys = [...new Set(parts.flatMap((part) => Object.keys(part)))];
  return keys.length === 0 ? undefined : keys;
}

function childOf(change: ChangedValue, key: string): ChangedValue {
  return {
    before: marksAt(change.before, key),
    after: marksAt(change.after, key),
    afterUnknown: marksAt(change.afterUnknown, key),
    beforeSensitive: marksAt(change.beforeSensitive, key),
    afterSensitive: marksAt(change.afterSensitive, key),
  };
}

function leaf(
  path: readonly string[],
  { before, after }: { readonly before: Json | undefined; readonly after?: Json | undefined },
  marks: { readonly unknown?: boolean; readonly sensitive?: boolean },
): AttributeChange {
  return {
    path: path.join('.'),
    ...(before === undefined || before === null ? {} : { before }),
    ...(after === undefined || after === null ? {} : { after }),
    sensitive: marks.sensitive ?? false,
    unknown: marks.unknown ?? false,
  };
}

function marksAt(container: Json | undefined, key: string | number): Json | undefined {
  if (!isContainer(container) || !Object.hasOwn(container, key)) return undefined;
  return (container as Record<string | number, Json>)[key];
}

function isContainer(value: Json | undefined): value is Exclude<Json, null | boolean | number | string> {
  return typeof value === 'object' && value !== null;
}

function isObject(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
