import type { z } from 'zod';

type Issue = z.core.$ZodRawIssue;

const KINDS: Readonly<Record<string, string>> = {
  array: 'an array',
  int: 'a whole number',
  null: 'null',
  object: 'an object',
  record: 'an object',
  undefined: 'nothing',
};

const FORMATS: Readonly<Record<string, string>> = {
  date: 'a date such as 2026-01-31',
  datetime: 'a time such as 2026-01-31T12:00:00Z',
  email: 'an address such as name@example.com',
  url: 'a URL such as https://example.com/',
  uuid: 'a UUID',
};

/**
 * What a schema without words of its own says about input, to follow the name of its place: what is wrong and what to
 * write instead. Quotes nothing of the input, since it may be a secret.
 */
export function inputWords(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `${found(issue.input)}; give ${kindNamed(issue.expected)}`;
    case 'invalid_value':
      return `is ${isAbsent(issue) ? 'missing' : 'no value known here'}; give ${oneOf(issue.values)}`;
    case 'too_big':
      return outside(issue.origin, 'big', [issue.inclusive === false ? 'less than' : 'at most', issue.maximum]);
    case 'too_small':
      return outside(issue.origin, 'small', [issue.inclusive === false ? 'more than' : 'at least', issue.minimum]);
    case 'invalid_format':
      return `has the wrong form; give ${formNamed(issue)}`;
    case 'not_multiple_of':
      return `is between two steps; give a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return unionWords(issue);
    case 'unrecognized_keys':
      return 'has fields that are not known; remove them';
    case 'invalid_key':
      return 'has a name that is not allowed here; rename it';
    default:
      return 'does not fit; give what the API document at /docs describes';
  }
}

function isAbsent({ input }: Issue): boolean {
  return input === undefined;
}

function found(input: unknown): string {
  if (input === undefined) return 'is missing';
  if (input === null) return 'is null';
  if (typeof input === 'number' && !Number.isFinite(input)) return 'is no finite number';
  return `is ${kindNamed(Array.isArray(input) ? 'array' : typeof input)}`;
}

function kindNamed(kind: string): string {
  return KINDS[kind] ?? `a ${kind}`;
}

function oneOf(values: readonly unknown[]): string {
  const named = values.map((value) => (typeof value === 'string' ? `"${value}"` : String(value)));
  return named.length === 1 ? named.join('') : `one of ${named.join(', ')}`;
}

function outside(origin: string, side: 'big' | 'small', [limit, bound]: readonly [string, number | bigint]): string {
  const { unit, ...size } = sizeOf(origin);
  const units = unit === '' || bound === 1 ? unit : `${unit}s`;
  return `is too ${size[side]}; give ${limit} ${bound}${units}`;
}

function sizeOf(origin: string): { readonly big: string; readonly small: string; readonly unit: string } {
  if (origin === 'string') return { big: 'long', small: 'short', unit: ' character' };
  if (origin === 'array' || origin === 'set') return { big: 'long', small: 'short', unit: ' item' };
  if (origin === 'map' || origin === 'object') return { big: 'large', small: 'small', unit: ' member' };
  return { big: 'large', small: 'small', unit: '' };
}

function formNamed({ format, pattern }: Extract<Issue, { code: 'invalid_format' }>): string {
  return (
    FORMATS[format] ?? (typeof pattern === 'string' ? `text that matches ${pattern}` : `text of the form ${format}`)
  );
}

function unionWords(issue: Extract<Issue, { code: 'invalid_union' }>): string {
  const options: unknown = issue['options'];
  return Array.isArray(options) && options.length > 0
    ? `is missing or not known; give ${oneOf(options)}`
    : 'has none of the forms that are known here; give one that the API document at /docs describes';
}
