import { API_PROBLEMS, EDGE_PROBLEMS } from '@caisson/contracts';
import { problemsOf } from '@caisson/http';

/** Every code that the API answers. */
export const ANSWERED_PROBLEMS = { ...EDGE_PROBLEMS, ...API_PROBLEMS } as const;

/** A code that the API answers. */
export type AnsweredProblem = keyof typeof ANSWERED_PROBLEMS;

/** Makes a problem of `ANSWERED_PROBLEMS`. */
export const apiProblem = problemsOf(ANSWERED_PROBLEMS);
