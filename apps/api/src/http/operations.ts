import { CommandAnswer, type Permission } from '@caisson/contracts';
import type { OperationOptions } from '@caisson/http';

/** The header that makes a command safe to send again. */
export const IDEMPOTENCY_KEY = {
  'Idempotency-Key': {
    required: false,
    description: 'Names the command: the same key again is the same command. A UUID of version 7 is a good one.',
  },
} as const;

const COMMAND_HEADERS = {
  Location: 'The run that follows, or the deployment.',
  ETag: 'The version of the deployment after the command.',
} as const;

/** An operation that sends a command to a deployment: 202, recorded and not yet done. */
export function commandOperation(summary: string, access: Permission, more: Partial<OperationOptions> = {}) {
  return {
    summary,
    access,
    answer: CommandAnswer,
    answerHeaders: COMMAND_HEADERS,
    refusals: [409, ...(more.refusals ?? [])],
    requestHeaders: { ...IDEMPOTENCY_KEY, ...more.requestHeaders },
  } satisfies OperationOptions;
}
