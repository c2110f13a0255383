import { Fault } from '@caisson/kernel';

// What Postgres cannot store: U+0000 and half surrogate pairs, which JSON text escapes.
const UNSTORABLE_ESCAPE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;
const UNSTORABLE = /[\0\p{Surrogate}]/gu;

/** JSON text to store. @throws Fault `invalid-text` for what Postgres cannot hold. */
export function storedText(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined || (text.includes('\\u') && UNSTORABLE_ESCAPE.test(text))) throw invalidText();
  return text;
}

/** @throws Fault `invalid-text` when a text is not storable. */
export function refuseUnstorable(...texts: readonly string[]): void {
  for (const text of texts) if (UNSTORABLE.test(text)) throw invalidText();
}

/** Text without what cannot be stored. */
export function toStorable(text: string): string {
  return text.replaceAll(UNSTORABLE, '');
}

function invalidText(): Fault {
  return new Fault('invalid-text', 'The text holds U+0000 or half a surrogate pair.', { retryable: false });
}
