import { edgeProblem } from './edge-problems.js';
import type { HttpProblem } from './problem.js';

const QUERY_LENGTH_MAX = 4096;
/** A name may be as long as the query. */
const POINTER_MAX = 200;
const FORBIDDEN: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * Looks at a query string before anyone parses it: its length, characters that cannot be kept, repeated names, and
 * names that every object has. Undefined when it is harmless; whether the names are known is the handler's schema to
 * say.
 */
export function refuseHostileQuery(url: string): HttpProblem | undefined {
  const start = url.indexOf('?');
  if (start === -1 || start === url.length - 1) return undefined;
  const query = url.slice(start + 1);
  if (query.length > QUERY_LENGTH_MAX) {
    return edgeProblem('url-too-long', `The query has more than ${QUERY_LENGTH_MAX} characters. Shorten it.`);
  }
  const pairs = decodePairs(query);
  if (pairs === undefined || pairs.some(([name, value]) => `${name}${value}`.includes('\u0000'))) {
    return refusal('The query holds an escape that is no character. Correct it.', [
      '?',
      'must be UTF-8, without U+0000',
    ]);
  }
  const names = pairs.map(([name]) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) {
    return refusal('A parameter occurs twice. Send each at most once.', [`?${repeated}`, 'must occur at most once']);
  }
  const forbidden = names.find((name) => FORBIDDEN.has(name));
  if (forbidden !== undefined) {
    return refusal('A parameter has a name that is not allowed. Remove it.', [`?${forbidden}`, 'is not allowed']);
  }
  return undefined;
}

function refusal(said: string, [pointer, detail]: readonly [string, string]): HttpProblem {
  return edgeProblem('invalid-parameter', {
    detail: said,
    errors: [{ pointer: pointer.slice(0, POINTER_MAX), detail }],
  });
}

function decodePairs(query: string): readonly (readonly [string, string])[] | undefined {
  try {
    return query.split('&').map((pair) => {
      const [name = '', ...rest] = pair.replaceAll('+', ' ').split('=');
      return [decodeURIComponent(name), decodeURIComponent(rest.join('='))] as const;
    });
  } catch {
    return undefined; // `decodeURIComponent` throws only for escapes that are not UTF-8.
  }
}
