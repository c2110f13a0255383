import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { edgeProblem } from './edge-problems.js';
import { MIN_VERSION } from './min-version.js';
import { operationOf } from './operation.js';
import { routeArgumentsOf } from './route-arguments.js';

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
    if (read.query === undefined && Object.keys(request.query).some((name) => !known.includes(name))) {
      const [only] = known;
      const none = only === undefined ? 'This address takes no query parameters.' : `This address takes only ?${only}.`;
      throw edgeProblem('invalid-parameter', `${none} Remove the others.`);
    }
    if (read.body === undefined && request.body !== undefined && request.body !== null) {
      throw edgeProblem('invalid-request', 'This address takes no body. Send none.');
    }
    return true;
  }
}
