import type { Redactor } from '@caisson/tool-process';

/** Words of the protocol between Caisson and its engines that a careless value of a credential could be. */
const PROTOCOL: ReadonlySet<string> = new Set([
  ...['resources', 'resource', 'attributes', 'sensitive', 'expected', 'evidence', 'observed', 'unreadable'],
  ...['diagnostics', 'severity'],
]);

/**
 * The same value with every text in it redacted, names of members too. Bytes are left as they are, and so is what we
 * said ourselves: words of the protocol, and `ours`, such as the addresses of the resources that were asked about.
 */
export function redactedJson<Value>(value: Value, redactor: Redactor, ours: ReadonlySet<string>): Value {
  const textOf = (text: string): string => (PROTOCOL.has(text) || ours.has(text) ? text : redactor.redact(text));
  const redacted = (part: unknown): unknown => {
    if (typeof part === 'string') return textOf(part);
    if (Array.isArray(part)) return part.map(redacted);
    if (typeof part !== 'object' || part === null || part instanceof Uint8Array) return part;
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [textOf(name), redacted(member)]));
  };
  return redacted(value) as Value;
}
