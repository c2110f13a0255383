import { Fault } from '@caisson/kernel';

// What JSON text escapes, when the backslash itself is not escaped: U+0000, or half a surrogate pair (JSON.stringify
// writes whole pairs as they are, so an escaped surrogate is an unpaired one).
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89ab][0-9a-f]{2}|d[c-f][0-9a-f]{2})/;

/**
 * The JSON text of a value for the database.
 *
 * @throws Fault `invalid-text` when it holds U+0000 or an unpaired surrogate, which Postgres cannot store, or is not
 *   JSON at all. Checked here, so that one bad value never spoils what is written together with it.
 */
export function storedText(value: unknown, what: string): string {
  const text = stringify(value, what);
  if (!isStorableJson(text)) {
    throw new Fault('invalid-text', `${what} holds U+0000 or half a surrogate pair. Remove that character.`, {
      retryable: false,
    });
  }
  return text;
}

/** Whether Postgres can store this JSON text: it escapes neither U+0000 nor half a surrogate pair. */
export function isStorableJson(text: string): boolean {
  return !text.includes('\\u') || !UNSTORABLE.test(text);
}

function stringify(value: unknown, what: string): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(value); // Undefined for what JSON does not know.
  } catch (error) {
    cause = error; // A big integer, or a value inside itself.
  }
  if (text === undefined) throw new Fault('invalid-text', `${what} is not JSON.`, { retryable: false, cause });
  return text;
}

const UNSTORABLE_CHARACTERS = /[\0\p{Surrogate}]/gu; // With the u flag only unpaired surrogates match.

/** Whether Postgres can store this text: without U+0000 and without half surrogate pairs. */
export function isStorable(text: string): boolean {
  return toStorable(text, text.length) === text;
}

/** Text for people, without what Postgres cannot store, cut to a length. */
export function toStorable(text: string, lengthMax: number): string {
  return text.slice(0, lengthMax).replace(UNSTORABLE_CHARACTERS, '');
}
