import { edgeProblem } from './edge-problems.js';
import type { HttpProblem } from './problem.js';

const QUERY_LENGTH_MAX = 4096;
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
    return edgeProblem('invalid-parameter', 'The query holds an escape that is no character. Correct it.');
  }
  const names = pairs.map(([name]) => name);
  if (new Set(names).size !== names.length) {
    return edgeProblem('invalid-parameter', 'A parameter occurs twice. Send each at most once.');
  }
  if (names.some((name) => FORBIDDEN.has(name))) {
    return edgeProblem('invalid-parameter', 'A parameter has a name that is not allowed. Remove it.');
  }
  return undefined;
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
