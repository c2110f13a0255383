import { problemOf } from '@caisson/client';
import { messageOf } from '@caisson/kernel';

/** How the program ends. Scripts rely on it. */
export const EXIT = {
  ok: 0,
  /** It did not work: a run failed, the API is away, a file cannot be read, an option is wrong. */
  error: 1,
  /** There are changes that nobody approved yet, or drift. */
  changes: 2,
  /** The API refused: no right, wrong state, or what was sent cannot be followed. */
  refused: 3,
} as const;

/** The code for what was thrown. */
export function exitCodeOf(error: unknown): number {
  const status = problemOf(error)?.status ?? 0;
  return status >= 400 && status < 500 ? EXIT.refused : EXIT.error;
}

/** What was thrown, for a person: what happened, and what to do next. */
export function messageFor(error: unknown): string {
  const problem = problemOf(error);
  if (problem === undefined) return `caisson: ${messageOf(error)}`;
  const places = (problem.errors ?? []).map(({ detail, pointer }) => `  ${pointer}: ${detail}`);
  const next = problem.status === 401 ? ['  Log in again: caisson login'] : [];
  const first = `caisson: refused (${problem.code}): ${problem.detail ?? problem.title}`;
  return [first, ...places, ...next].join('\n');
}
