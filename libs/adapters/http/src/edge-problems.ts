import { problemsOf, type ProblemCatalog } from './problem.js';

/** The codes that any request can meet. Each has a row in `docs/reference/errors.md`. */
export const EDGE_PROBLEMS = {
  'invalid-json': { status: 400, title: 'The body is not valid JSON' },
  'json-too-deep': { status: 400, title: 'The body is nested too deeply' },
  'json-too-big': { status: 400, title: 'A part of the body is too big' },
  'invalid-text': { status: 400, title: 'A text holds characters that cannot be kept' },
  'invalid-number': { status: 400, title: 'A number cannot be kept exactly' },
  'forbidden-key': { status: 400, title: 'A key of the body is not allowed' },
  'duplicate-key': { status: 400, title: 'A key occurs twice in one object' },
  'invalid-request': { status: 400, title: 'The request does not have the right shape' },
  'invalid-parameter': { status: 400, title: 'A query parameter is not right' },
  'invalid-header': { status: 400, title: 'A header is not right' },
  'invalid-url': { status: 400, title: 'The address is not valid' },
  'bad-request': { status: 400, title: 'The request is not valid HTTP' },
  'token-missing': { status: 401, title: 'The request carries no access token' },
  'token-invalid': { status: 401, title: 'The access token is not valid' },
  'token-expired': { status: 401, title: 'The access token has ended' },
  'permission-denied': { status: 403, title: 'The caller may not do this' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'route-not-found': { status: 404, title: 'There is no such address' },
  'method-not-allowed': { status: 405, title: 'The address does not know this method' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'precondition-failed': { status: 412, title: 'It has changed since it was read' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'url-too-long': { status: 414, title: 'The address is too long' },
  'unsupported-media-type': { status: 415, title: 'The body has a type that is not understood' },
  'unprocessable-request': { status: 422, title: 'The request is understood and cannot be followed' },
  'precondition-required': { status: 428, title: 'The version that was read must be named' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'internal-error': { status: 500, title: 'Caisson has a defect' },
  'service-unavailable': { status: 503, title: 'A part of Caisson is away for the moment' },
} as const satisfies ProblemCatalog;

/** Makes a problem of `EDGE_PROBLEMS`. */
export const edgeProblem = problemsOf(EDGE_PROBLEMS);
