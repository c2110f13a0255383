import type { HistoryEntry, HistoryQuery, ProblemCode } from '@caisson/contracts';
import type { AskedPast, Past } from '@caisson/deployment';
import type { PageCursors } from '@caisson/http';
import type { History } from '../queries/history-queries.js';
import { pageOfItems, type Page } from '../queries/read-page.js';
import { apiProblem, type AnsweredProblem } from './api-problems.js';
import { versionNotReached } from './version-waits.js';

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

/** A page of a history, of one type of facts where that is asked for. */
export function pageOfHistory(
  cursors: PageCursors,
  { complete, items }: History,
  { query, scope }: { readonly query: HistoryQuery; readonly scope: readonly string[] },
): { items: HistoryEntry[]; complete: boolean; nextCursor?: string } {
  const { type, ...part } = query;
  const shown = type === undefined ? items : items.filter((entry) => entry.type === type);
  return { complete, ...pageOfItems(cursors, shown, { part, scope: [...scope, type], idOf: ({ id }) => id }) };
}

/**
 * A thing as it was.
 *
 * @throws HttpProblem 409 for a version that its stream has not reached, 404 where it was not there yet.
 */
export function foundInPast<Thing>(
  { headVersion, thing }: Past<Thing>,
  { deploymentId, until }: AskedPast,
  code: NotFoundCode,
): Thing {
  if ('version' in until && until.version > headVersion) {
    throw versionNotReached(`deployment-${deploymentId}`, headVersion, until.version);
  }
  return found(thing, code, 'It was not there yet. Ask for a later point, or for now.');
}
