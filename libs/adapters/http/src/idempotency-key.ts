import type { IncomingHttpHeaders } from 'node:http';
import { edgeProblem } from './edge-problems.js';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The key of a request; undefined when it has none.
 *
 * @throws HttpProblem 400 `invalid-header` for one that cannot be a key.
 */
export function idempotencyKeyOf(headers: IncomingHttpHeaders): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined || (typeof key === 'string' && IDEMPOTENCY_KEY.test(key))) return key;
  throw edgeProblem('invalid-header', {
    detail: 'Idempotency-Key must be 1 to 255 printable ASCII characters without blanks. A UUID is a good one.',
    errors: [{ pointer: 'Idempotency-Key', detail: 'must be 1 to 255 printable ASCII characters without blanks' }],
  });
}
