import { edgeProblem } from './edge-problems.js';

/** The query parameter by which a read says what it must have seen. Taken out before a handler's own are checked. */
export const MIN_VERSION = 'minVersion';

/** How `minVersion` is written. */
export const MIN_VERSION_SCHEMA = { type: 'string', pattern: '^[1-9][0-9]{0,14}$' } as const;

const VERSION = new RegExp(MIN_VERSION_SCHEMA.pattern);

/**
 * Takes `minVersion` out of a query.
 *
 * @returns undefined where there is none.
 * @throws HttpProblem 400 `invalid-parameter` for what is no version.
 */
export function takeMinVersion(query: Record<string, unknown>): number | undefined {
  const given = query[MIN_VERSION];
  if (given === undefined) return undefined;
  Reflect.deleteProperty(query, MIN_VERSION);
  if (typeof given === 'string' && VERSION.test(given)) return Number(given);
  throw edgeProblem('invalid-parameter', {
    detail: `Send as ?${MIN_VERSION} a version that a command answered.`,
    errors: [{ pointer: `?${MIN_VERSION}`, detail: 'must be a whole number from 1' }],
  });
}
