import { allowedCommands, SETTLED_RUN_STATES, type RunState } from '@caisson/contracts';
import type { DeploymentRejection } from '@caisson/deployment';
import { entityTagOf, type HttpProblem } from '@caisson/http';
import { unreachable } from '@caisson/kernel';
import { apiProblem } from './api-problems.js';
import { quotaProblem } from './quota-problem.js';

/** What a deployment's refusal is to the caller: status, what exactly, and what to do. */
export function deploymentProblem(rejection: DeploymentRejection): HttpProblem {
  switch (rejection.code) {
    case 'deployment-not-found':
      return apiProblem('deployment-not-found', 'Check the id. It may also belong to somebody else.');
    case 'deployment-exists':
      return apiProblem('deployment-exists', {
        detail: `Deployment ${rejection.deploymentId} was created before. Change it instead.`,
        members: { deploymentId: rejection.deploymentId },
      });
    case 'deployment-deleted':
      return apiProblem('deployment-deleted', 'Nothing can be asked of it any more. Create a new deployment.');
    case 'quota-exhausted':
      return quotaProblem(rejection);
    case 'deployment-version-conflict':
      return apiProblem('deployment-version-conflict', {
        detail: 'Read it again, make the change anew, and send the new ETag as If-Match.',
        headers: { etag: entityTagOf(rejection.actual) },
        members: { version: rejection.actual },
      });
    case 'desired-state-invalid':
      return apiProblem('desired-state-invalid', {
        detail: 'Correct the places named in errors. Nothing was changed.',
        errors: rejection.problems.map(({ message, pointer }) => ({ pointer, detail: message })),
        members: { problems: [...new Set(rejection.problems.map(({ code }) => code))] },
      });
    case 'drift-not-adoptable':
      return apiProblem('drift-not-adoptable', {
        detail: 'See the places of the report named in errors. Nothing was changed.',
        errors: rejection.problems.map(({ message, pointer }) => ({ pointer, detail: message })),
        members: { problems: [...new Set(rejection.problems.map(({ code }) => code))] },
      });
    case 'revision-not-found':
      return revisionProblem(rejection.available);
    default:
      return runProblem(rejection);
  }
}

type RunRejection = Exclude<
  DeploymentRejection,
  {
    code:
      | 'deployment-not-found'
      | 'deployment-exists'
      | 'deployment-deleted'
      | 'quota-exhausted'
      | 'deployment-version-conflict'
      | 'desired-state-invalid'
      | 'drift-not-adoptable'
      | 'revision-not-found';
  }
>;

function runProblem(rejection: RunRejection): HttpProblem {
  switch (rejection.code) {
    case 'run-active': {
      const { runId, state } = rejection;
      const allowed = allowedCommands(state);
      const wait = `Run ${runId} is ${state}. Wait until it has ended.`;
      return apiProblem('run-active', {
        detail: allowed.length > 0 ? `${wait} What can be asked of it now: ${allowed.join(', ')}.` : wait,
        members: { runId, state, allowed },
      });
    }
    case 'run-not-found':
      return apiProblem('run-not-found', 'Check the id. It may also belong to another deployment.');
    case 'run-superseded': {
      const { latestRunId, runId } = rejection;
      return apiProblem('run-superseded', {
        detail: `Run ${runId} is history: act on run ${latestRunId}.`,
        members: { runId, latestRunId },
      });
    }
    case 'run-state-conflict': {
      const { allowed, runId, state } = rejection;
      return apiProblem('run-state-conflict', {
        detail: `Run ${runId} is ${state}. ${remedyFor(state, allowed)}`,
        members: { runId, state, allowed },
      });
    }
    case 'run-not-due': {
      const { runId, startsAt } = rejection;
      return apiProblem('run-not-due', {
        detail: `Run ${runId} may begin at ${startsAt}. Wait, or change the schedule of the deployment.`,
        members: { runId, startsAt },
      });
    }
    case 'plan-digest-mismatch':
      return apiProblem('plan-digest-mismatch', {
        detail: `Read the plan of run ${rejection.runId} again and approve the digest that it has now.`,
        members: { runId: rejection.runId },
        errors: [{ pointer: '/planDigest', detail: 'is not the digest of the plan to approve' }],
      });
    default:
      return unreachable(rejection, 'refusal of a deployment');
  }
}

function remedyFor(state: RunState, allowed: readonly string[]): string {
  if (allowed.length > 0) return `What can be asked now: ${allowed.join(', ')}.`;
  return SETTLED_RUN_STATES.includes(state)
    ? 'It has ended: ask for another run of the deployment.'
    : 'It moves on by itself: wait until it has.';
}

function revisionProblem(available: readonly number[]): HttpProblem {
  const remedy =
    available.length === 0 ? 'No revision was completed yet.' : `Revisions to go back to: ${available.join(', ')}.`;
  return apiProblem('revision-not-found', {
    detail: remedy,
    members: { available },
    errors: [{ pointer: '/toRevision', detail: 'must be a completed revision' }],
  });
}
