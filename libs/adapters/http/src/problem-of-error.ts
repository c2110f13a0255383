import { isRetryable, messageOf } from '@caisson/kernel';
import { edgeProblem } from './edge-problems.js';
import { HttpProblem } from './problem.js';

/** Seconds after which a caller may try again when something was away. */
const RETRY_AFTER_S = 2;

/** An error as an answer, and whether somebody has to look at it. */
export interface JudgedError {
  readonly problem: HttpProblem;
  /** The error is a defect or an outage, not the caller's doing: log it. */
  readonly report: boolean;
}

const FASTIFY_CODES: Readonly<Record<string, () => HttpProblem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    edgeProblem('body-too-large', 'Send a smaller body; the limits are in the reference.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => unsupportedType(),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    edgeProblem('bad-request', 'Content-Length does not fit the body. Send the length of the body in bytes.'),
  FST_ERR_BAD_URL: () =>
    edgeProblem('invalid-url', 'The address holds a percent escape that is not UTF-8. Correct it.'),
  FST_ERR_MAX_PARAM_LENGTH: () => edgeProblem('url-too-long', 'A segment of the address is too long. Shorten it.'),
  ECONNRESET: () => edgeProblem('bad-request', 'The connection ended before the body did. Send it again.'),
};

/**
 * What any thrown value is to the caller. Problems pass; faults that may go away are 503; all else is 500 without a
 * word about the inside. Judged by shape, so that it holds across package copies.
 */
export function problemOfError(error: unknown): JudgedError {
  if (error instanceof HttpProblem) return { problem: error, report: error.status >= 500 };
  const code = textMember(error, 'code');
  const known = code === undefined ? undefined : FASTIFY_CODES[code];
  if (known !== undefined) return { problem: known(), report: false };
  if (isRetryable(error)) return { problem: unavailable(code, error), report: true };
  if (isDataError(error)) return { problem: refusedByDatabase(error), report: true };
  const status = statusOf(error);
  if (status !== undefined && status < 500) return { problem: problemOfStatus(status, error), report: false };
  return { problem: defect(error), report: true };
}

/** The answer to a body of a type that its route does not read. */
export function unsupportedType(): HttpProblem {
  return edgeProblem('unsupported-media-type', 'Send application/json in UTF-8, without Content-Encoding.');
}

function unavailable(code: string | undefined, cause: unknown): HttpProblem {
  return edgeProblem('service-unavailable', {
    detail: `It is not known whether it was done. Send it again in ${RETRY_AFTER_S} s, with the same Idempotency-Key.`,
    headers: { 'retry-after': String(RETRY_AFTER_S) },
    ...(code === undefined ? {} : { members: { reason: code } }),
    cause,
  });
}

function defect(cause: unknown): HttpProblem {
  return edgeProblem('internal-error', {
    detail: 'The operator finds the cause in the logs under this request id. Nothing the caller sent needs to change.',
    cause,
  });
}

/** SQLSTATE classes 22 and 23: the database refused a value that validation let pass. A hole to be reported. */
function isDataError(error: unknown): boolean {
  const codes = [error, error instanceof Error ? error.cause : undefined].map((item) => textMember(item, 'code'));
  return codes.some((code) => code !== undefined && /^2[23][0-9A-Z]{3}$/.test(code));
}

function refusedByDatabase(cause: unknown): HttpProblem {
  return edgeProblem('unprocessable-request', {
    detail: 'A value of the request cannot be stored. Check texts and numbers, and send it again.',
    errors: [{ pointer: '', detail: 'holds a value that cannot be stored' }],
    cause,
  });
}

function problemOfStatus(status: number, cause: unknown): HttpProblem {
  switch (status) {
    case 401:
      return edgeProblem('token-invalid', 'Log in and send the access token as a bearer token.');
    case 403:
      return edgeProblem('permission-denied', 'Ask an administrator of the tenant for the right to do this.');
    case 404:
      return edgeProblem('not-found', 'Check the id. It may also belong to somebody else.');
    case 413:
      return edgeProblem('body-too-large', 'Send a smaller body; the limits are in the reference.');
    case 415:
      return unsupportedType();
    default:
      return edgeProblem('bad-request', { detail: 'Correct the request and send it again.', cause });
  }
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('getStatus' in error && typeof error.getStatus === 'function') {
    return (error as { getStatus(): number }).getStatus(); // Nest's own exceptions.
  }
  const status = 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 ? status : undefined;
}

function textMember(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null || !(name in value)) return undefined;
  const member = (value as Record<string, unknown>)[name];
  return typeof member === 'string' ? member : undefined;
}

/** One line about an error for the log, with the messages of its causes. */
export function describeError(error: unknown): string {
  const messages: string[] = [];
  let current: unknown = error;
  for (let depth = 0; depth < 5 && current !== undefined; depth += 1) {
    messages.push(messageOf(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return messages.join(' ← ');
}
