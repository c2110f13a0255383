import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { edgeProblem } from './edge-problems.js';
import { MIN_VERSION } from './min-version.js';
import { operationOf } from './operation.js';
import { routeArgumentsOf } from './route-arguments.js';

/** Of parameters that nobody reads, so many are named, with so many characters each. */
const NAMED_MAX = 20;
const NAME_MAX = 200;

/**
 * Refuses what a handler does not read: a query where none is known, a body where none is known. Only for handlers
 * with an `Operation`; others read the request themselves.
 */
@Injectable()
export class UnreadInputGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const operation = context.getType() === 'http' ? operationOf(context.getHandler()) : undefined;
    if (operation === undefined) return true;
    const read = routeArgumentsOf(context.getClass(), context.getHandler().name);
    const request = context.switchToHttp().getRequest<{ query: object; body: unknown }>();
    const known = operation.readsStream === undefined ? [] : [MIN_VERSION];
    const unread = Object.keys(request.query).filter((name) => !known.includes(name));
    if (read.query === undefined && unread.length > 0) {
      const [only] = known;
      const none = only === undefined ? 'This address takes no query parameters.' : `This address takes only ?${only}.`;
      const errors = unread
        .slice(0, NAMED_MAX)
        .map((name) => ({ pointer: `?${name.slice(0, NAME_MAX)}`, detail: 'is not read; remove it' }));
      throw edgeProblem('invalid-parameter', { detail: `${none} Remove the others.`, errors });
    }
    if (read.body === undefined && request.body !== undefined && request.body !== null) {
      const errors = [{ pointer: '', detail: 'is not read; send none' }];
      throw edgeProblem('invalid-request', { detail: 'This address takes no body. Send none.', errors });
    }
    return true;
  }
}
