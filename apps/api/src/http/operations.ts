import { CommandAnswer, type Permission, type ProblemCode } from '@caisson/contracts';
import type { OperationOptions } from '@caisson/http';

const COMMAND_HEADERS = {
  Location: 'The run that follows, or the deployment.',
  ETag: 'The version of the deployment after the command.',
} as const;

/** What a deployment may answer to any command. */
export const DEPLOYMENT_PROBLEMS = [
  'deployment-not-found',
  'deployment-deleted',
  'quota-exhausted',
  'deployment-version-conflict',
  'run-active',
  'run-not-found',
  'run-superseded',
  'run-state-conflict',
] as const satisfies readonly ProblemCode[];

/** An operation that sends a command to a deployment: 202, recorded and not yet done. */
export function commandOperation(summary: string, access: Permission, more: Partial<OperationOptions> = {}) {
  return {
    ...more,
    summary,
    access,
    answer: CommandAnswer,
    answerHeaders: COMMAND_HEADERS,
    problems: [...DEPLOYMENT_PROBLEMS, ...(more.problems ?? [])],
  } satisfies OperationOptions;
}

/** What is particular about approving a plan. */
export const APPROVAL = {
  problems: ['plan-digest-mismatch', 'plan-inputs-changed', 'run-not-due'],
  example: { planDigest: `sha256:${'0'.repeat(64)}` },
} as const satisfies Partial<OperationOptions>;
