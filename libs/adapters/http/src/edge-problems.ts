import { EDGE_PROBLEMS } from '@caisson/contracts';
import { problemsOf } from './problem.js';

/** A code that any request can meet. */
export type EdgeProblemCode = keyof typeof EDGE_PROBLEMS;

/** Makes a problem of `EDGE_PROBLEMS`. */
export const edgeProblem = problemsOf(EDGE_PROBLEMS);
