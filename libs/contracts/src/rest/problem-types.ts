/** What is constant about a code. */
export interface ProblemType {
  readonly status: number;
  /** A constant short sentence without the final dot. */
  readonly title: string;
}

/** Codes by name. Each has a row in `docs/reference/errors.md`, which a test writes from here. */
export type ProblemCatalog = Readonly<Record<string, ProblemType>>;

/** The codes that any request to any service can meet. */
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
  'token-revoked': { status: 401, title: 'The session of the access token has ended' },
  'permission-denied': { status: 403, title: 'The caller may not do this' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'route-not-found': { status: 404, title: 'There is no such address' },
  'method-not-allowed': { status: 405, title: 'The address does not know this method' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'idempotency-key-in-use': { status: 409, title: 'The same request is being answered' },
  'idempotent-answer-not-kept': { status: 409, title: 'The answer was given once and is not kept' },
  'precondition-failed': { status: 412, title: 'It has changed since it was read' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'url-too-long': { status: 414, title: 'The address is too long' },
  'unsupported-media-type': { status: 415, title: 'The body has a type that is not understood' },
  'unprocessable-request': { status: 422, title: 'The request is understood and cannot be followed' },
  'idempotency-key-reused': { status: 422, title: 'The idempotency key belongs to another request' },
  'precondition-required': { status: 428, title: 'The version that was read must be named' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'internal-error': { status: 500, title: 'Caisson has a defect' },
  'service-unavailable': { status: 503, title: 'A part of Caisson is away for the moment' },
} as const satisfies ProblemCatalog;

/** The codes that only the API answers. */
export const API_PROBLEMS = {
  'credentials-invalid': { status: 401, title: 'The user name or the password is not right' },
  'refresh-token-invalid': { status: 401, title: 'The refresh token is not valid' },
  'password-wrong': { status: 403, title: 'The current password is not right' },
  'session-required': { status: 403, title: 'This needs a login with user name and password' },
  'registration-closed': { status: 403, title: 'Registration is closed' },
  'bootstrap-token-invalid': { status: 403, title: 'The bootstrap token is not right' },
  'invitation-invalid': { status: 403, title: 'The invitation is not valid' },
  'invitation-not-found': { status: 404, title: 'There is no such invitation' },
  'invitations-exhausted': { status: 409, title: 'Too many invitations are open' },
  'members-exhausted': { status: 409, title: 'The tenant has as many members as it may have' },
  'member-not-found': { status: 404, title: 'There is no such member' },
  'last-admin': { status: 409, title: 'The tenant would be left without an administrator' },
  'key-not-found': { status: 404, title: 'There is no such API key' },
  'key-revoked': { status: 409, title: 'The API key was revoked' },
  'key-expired': { status: 409, title: 'The API key has ended' },
  'key-changed': { status: 409, title: 'The API key was changed meanwhile' },
  'secret-shown': { status: 409, title: 'The secret was shown before' },
  'tenant-exists': { status: 409, title: 'The tenant has an administrator already' },
  'username-taken': { status: 409, title: 'The user name is taken' },
  'quota-exhausted': { status: 409, title: 'The tenant has as many as it may' },
  'credential-not-found': { status: 404, title: 'There is no such credential' },
  'webhook-not-found': { status: 404, title: 'There is no such webhook' },
  'webhooks-off': { status: 409, title: 'This installation gives out no webhooks' },
  'delivery-not-found': { status: 404, title: 'There is no such delivery' },
  'version-not-reached': { status: 409, title: 'The version that was asked for is not there yet' },
  'deployment-not-found': { status: 404, title: 'There is no such deployment' },
  'deployment-exists': { status: 409, title: 'The deployment exists already' },
  'deployment-deleted': { status: 409, title: 'The deployment was deleted' },
  'deployment-version-conflict': { status: 412, title: 'The deployment has changed since it was read' },
  'desired-state-invalid': { status: 422, title: 'The desired state cannot be planned' },
  'drift-report-not-found': { status: 404, title: 'There is no such drift report' },
  'drift-breaker-not-found': { status: 404, title: 'Nothing went wrong with such a provider' },
  'drift-breaker-not-open': { status: 409, title: 'The breaker is not open' },
  'drift-breaker-open': { status: 409, title: 'The provider may be in trouble' },
  'drift-schedule-not-found': { status: 404, title: 'The deployment is not scanned by a schedule' },
  'drift-not-adoptable': { status: 422, title: 'What is desired cannot follow what the report found' },
  'nothing-to-remediate': { status: 409, title: 'The drift report found nothing to put right' },
  'table-version-not-found': { status: 404, title: 'There is no such version of the table' },
  'table-version-conflict': { status: 412, title: 'The table has changed since it was read' },
  'plan-not-found': { status: 404, title: 'There is no such plan' },
  'plan-digest-mismatch': { status: 409, title: 'The digest is not that of the plan to approve' },
  'plan-inputs-changed': { status: 409, title: 'What the plan was computed from has changed' },
  'plan-not-recomputable': { status: 409, title: 'The plan cannot be computed again' },
  'deployment-revision-not-found': { status: 404, title: 'The deployment has no such revision' },
  'tenant-not-found': { status: 404, title: 'There is no such tenant' },
  'revision-not-found': { status: 422, title: 'There is no such revision to go back to' },
  'task-not-found': { status: 404, title: 'There is no such task' },
  'run-not-due': { status: 409, title: 'The run may not begin yet' },
  'task-outcome-known': { status: 409, title: 'The outcome of the task is known' },
  'attempt-not-found': { status: 404, title: 'There is no such attempt' },
  'task-not-waiting': { status: 409, title: 'The task does not wait for a callback' },
  'callbacks-off': { status: 409, title: 'This installation takes no callbacks' },
  'live-streams-exhausted': { status: 503, title: 'Too many live streams are open' },
  'live-position-unknown': { status: 400, title: 'There is no event with this number' },
  'run-active': { status: 409, title: 'Another run of the deployment is active' },
  'run-not-found': { status: 404, title: 'There is no such run' },
  'run-state-conflict': { status: 409, title: 'The state of the run does not allow this' },
  'run-superseded': { status: 409, title: 'A newer run of the deployment exists' },
} as const satisfies ProblemCatalog;

/** The codes that only webhook-ingest answers. */
export const WEBHOOK_PROBLEMS = {
  'callback-not-found': { status: 404, title: 'There is no such callback address' },
  'wait-not-open': { status: 409, title: 'The task does not wait for this callback' },
  'signature-invalid': { status: 401, title: 'The delivery is not signed with the secret of the hook' },
  'delivery-malformed': { status: 400, title: 'The delivery does not say what it is' },
} as const satisfies ProblemCatalog;

/** A code of any service. */
export type ProblemCode = keyof typeof EDGE_PROBLEMS | keyof typeof API_PROBLEMS | keyof typeof WEBHOOK_PROBLEMS;
