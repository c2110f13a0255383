import type { z } from 'zod';

/** What was wrong with a request: RFC 9457 members, a stable kebab-case `code`, and the fields meant. */
export interface Problem {
  /** HTTP status, 400 to 599. */
  readonly status: number;
  readonly code: string;
  /** What happened, to what, and what to do next. */
  readonly detail: string;
  readonly errors?: readonly FieldError[];
}

/** One field that was wrong. */
export interface FieldError {
  /** Dots between keys; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** The media type of a problem (RFC 9457, section 6.1). */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The body that is sent for a problem. */
export function problemBody(problem: Problem): Record<string, unknown> {
  return { type: `urn:caisson:sandbox:problem:${problem.code}`, title: problem.code, ...problem };
}

/** The problem that a failed parse stands for. */
export function problemOf(error: z.ZodError, status: number, what: string): Problem {
  const errors = error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));
  const first = errors[0];
  const place = first === undefined || first.path === '' ? what : `${what} field "${first.path}"`;
  return {
    status,
    code: 'request-invalid',
    detail: `The ${place} is not acceptable: ${first?.message ?? 'it is malformed'}. Correct it and send it again.`,
    errors,
  };
}
