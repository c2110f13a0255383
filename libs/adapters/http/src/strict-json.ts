import type { Json } from '@caisson/kernel';
import { edgeProblem } from './edge-problems.js';
import { inspectJson } from './inspect-json.js';

/** Bounds of one JSON body, beside its bytes. */
export const JSON_LIMITS = {
  depthMax: 32,
  keysPerObjectMax: 2000,
  itemsPerArrayMax: 1000,
  /** UTF-16 code units of one text, and of one key. */
  textMax: 65_536,
  keyMax: 256,
} as const;

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a JSON body that may come from anybody. Refuses what parses and still cannot be kept or read back unchanged:
 * deep nesting, repeated keys, keys of `Object.prototype`, U+0000, unpaired surrogates, numbers that lose digits.
 * O(n) in the text. No bytes at all are no body: undefined.
 *
 * @throws HttpProblem with status 400; the texts never repeat the input.
 */
export function parseStrictJson(bytes: Uint8Array): Json | undefined {
  if (bytes.length === 0) return undefined;
  const text = decodeUtf8(bytes);
  const value = parse(text);
  inspectJson(text, JSON_LIMITS);
  return value;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return DECODER.decode(bytes);
  } catch (cause) {
    const errors = [{ pointer: '', detail: 'must be JSON in UTF-8' }];
    throw edgeProblem('invalid-json', { detail: 'The body is not UTF-8. Send JSON in UTF-8.', errors, cause });
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // The parser's own message repeats a piece of the input, so it is not passed on.
    throw edgeProblem('invalid-json', {
      detail: 'The body does not parse as JSON (RFC 8259). Correct it and send it again.',
      errors: [{ pointer: '', detail: 'must be JSON' }],
    });
  }
}
