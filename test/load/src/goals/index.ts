import type { Goal } from '../harness/goal.js';
import { appendManyCallers } from './p1-append-many-callers.js';
import { appendOneCaller } from './p2-append-one-caller.js';

/** What `npm run bench` can measure, in the order of their numbers. */
export const GOALS: readonly Goal[] = [appendManyCallers, appendOneCaller];
