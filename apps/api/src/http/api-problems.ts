import { EDGE_PROBLEMS, problemsOf, type ProblemCatalog } from '@caisson/http';

/** The codes that only the API answers. Each has a row in `docs/reference/errors.md`. */
const OWN_PROBLEMS = {
  'credentials-invalid': { status: 401, title: 'The user name or the password is not right' },
  'registration-closed': { status: 403, title: 'Registration is closed' },
  'bootstrap-token-invalid': { status: 403, title: 'The bootstrap token is not right' },
  'tenant-exists': { status: 409, title: 'The tenant has an administrator already' },
  'username-taken': { status: 409, title: 'The user name is taken' },
  'deployment-not-found': { status: 404, title: 'There is no such deployment' },
  'deployment-exists': { status: 409, title: 'The deployment exists already' },
  'deployment-deleted': { status: 409, title: 'The deployment was deleted' },
  'deployment-version-conflict': { status: 412, title: 'The deployment has changed since it was read' },
  'desired-state-invalid': { status: 422, title: 'The desired state cannot be planned' },
  'drift-report-not-found': { status: 404, title: 'There is no such drift report' },
  'nothing-to-remediate': { status: 409, title: 'The drift report found nothing to put right' },
  'idempotency-key-reused': { status: 422, title: 'The idempotency key belongs to another request' },
  'plan-not-found': { status: 404, title: 'There is no such plan' },
  'plan-digest-mismatch': { status: 409, title: 'The digest is not that of the plan to approve' },
  'revision-not-found': { status: 422, title: 'There is no such revision to go back to' },
  'run-active': { status: 409, title: 'Another run of the deployment is active' },
  'run-not-found': { status: 404, title: 'There is no such run' },
  'run-state-conflict': { status: 409, title: 'The state of the run does not allow this' },
  'run-superseded': { status: 409, title: 'A newer run of the deployment exists' },
} as const satisfies ProblemCatalog;

/** Every code that the API answers. */
export const API_PROBLEMS = { ...EDGE_PROBLEMS, ...OWN_PROBLEMS } as const;

/** Makes a problem of `API_PROBLEMS`. */
export const apiProblem = problemsOf(API_PROBLEMS);
