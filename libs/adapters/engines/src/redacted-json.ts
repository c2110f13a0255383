import type { Redactor } from '@caisson/tool-process';

/** The same value with every text in it redacted, names of members too. Bytes are left as they are. */
export function redactedJson<Value>(value: Value, redactor: Redactor): Value {
  return redacted(value, redactor) as Value;
}

function redacted(value: unknown, redactor: Redactor): unknown {
  if (typeof value === 'string') return redactor.redact(value);
  if (Array.isArray(value)) return value.map((item) => redacted(item, redactor));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [redactor.redact(name), redacted(member, redactor)]),
  );
}
