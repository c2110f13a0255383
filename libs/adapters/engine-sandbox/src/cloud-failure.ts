import type { Diagnostic } from '@caisson/contracts';
import { EngineFailure, type ErrorClass } from '@caisson/engine';
import { messageOf } from '@caisson/kernel';
import { z } from 'zod';

/** Whether a request could change the world: an unclear end of it is then unknown, not failed. */
export type Intent = 'read' | 'write';

// The connection was never made, so nothing can have happened.
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const ProblemDocument = z.object({
  code: z.string().default('cloud-refused'),
  detail: z.string().default(''),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});

/** The failure of a request that gave no answer. */
export function failureOfTransport(
  error: unknown,
  intent: Intent,
  call: { readonly signal: AbortSignal },
): EngineFailure {
  const notSent = NEVER_SENT.has(codeOf(error));
  const errorClass = intent === 'write' && !notSent ? 'unknown' : 'transient';
  if (call.signal.aborted) {
    return new EngineFailure('cancelled', 'The call was stopped before the sandbox cloud answered.', {
      errorClass,
      cause: error,
    });
  }
  const message = `The sandbox cloud gave no answer (${reasonOf(error)}). It is asked again.`;
  return new EngineFailure('cloud-unreachable', message, { errorClass, cause: error });
}

/** The failure that an answer other than success stands for. */
export function failureOfStatus(status: number, body: unknown, intent: Intent): EngineFailure {
  const parsed = ProblemDocument.safeParse(body);
  const { code, detail, errors } = parsed.success ? parsed.data : { code: 'cloud-refused', detail: '', errors: [] };
  const message = detail === '' ? `The sandbox cloud answered ${status}.` : detail;
  const diagnostics: Diagnostic[] = [
    { severity: 'error', summary: `The sandbox cloud answered ${status} ${code}.`, detail: message },
    ...errors.map((error) => ({
      severity: 'error' as const,
      summary: `The property "${error.path}" ${error.message}.`,
      address: error.path,
    })),
  ];
  return new EngineFailure(code, message, { errorClass: classOfStatus(status, intent), diagnostics });
}

/** The failure of an answer that makes no sense. */
export function failureOfGarbage(intent: Intent, cause?: unknown): EngineFailure {
  const message = 'The sandbox cloud answered something that is no resource. Nothing is concluded from it.';
  return new EngineFailure('cloud-answer-unreadable', message, {
    errorClass: intent === 'write' ? 'unknown' : 'transient',
    cause,
  });
}

/** 429 and 503 say that nothing was done; any other 5xx says nothing about it. */
function classOfStatus(status: number, intent: Intent): ErrorClass {
  if (status === 408 || status === 429 || status === 503) return 'transient';
  if (status < 500) return 'permanent';
  return intent === 'write' ? 'unknown' : 'transient';
}

function codeOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  return code === '' ? messageOf(error) : code;
}
