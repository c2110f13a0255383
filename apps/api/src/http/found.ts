import type { ProblemCode } from '@caisson/contracts';
import type { Page } from '../queries/read-page.js';
import { apiProblem, type AnsweredProblem } from './api-problems.js';

/** The same for an id that names nothing and for one of somebody else, so that nobody can tell them apart. */
export const NOT_THERE = 'Check the id. It may also belong to somebody else.';

/** The codes of things that are not there. */
export type NotFoundCode = Extract<ProblemCode & AnsweredProblem, `${string}-not-found`>;

/**
 * What was looked for.
 *
 * @throws HttpProblem when there is none.
 */
export function found<Thing>(thing: Thing | undefined, code: NotFoundCode, detail = NOT_THERE): Thing {
  if (thing !== undefined) return thing;
  throw apiProblem(code, detail);
}

/** A page as the API answers it, each item as `show` has it. */
export function showPage<Body, Item>(
  { documents, nextCursor }: Page<Body>,
  show: (body: Body) => Item,
): { items: Item[]; nextCursor?: string } {
  return { items: documents.map(({ body }) => show(body)), ...(nextCursor === undefined ? {} : { nextCursor }) };
}
