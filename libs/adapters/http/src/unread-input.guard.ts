import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { edgeProblem } from './edge-problems.js';
import { operationOf } from './operation.js';
import { routeArgumentsOf } from './route-arguments.js';

/**
 * Refuses what a handler does not read: a query where none is known, a body where none is known. Only for handlers
 * with an `Operation`; others read the request themselves.
 */
@Injectable()
export class UnreadInputGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http' || operationOf(context.getHandler()) === undefined) return true;
    const read = routeArgumentsOf(context.getClass(), context.getHandler().name);
    const request = context.switchToHttp().getRequest<{ query: object; body: unknown }>();
    if (read.query === undefined && Object.keys(request.query).length > 0) {
      throw edgeProblem('invalid-parameter', 'This address takes no query parameters. Remove them.');
    }
    if (read.body === undefined && request.body !== undefined && request.body !== null) {
      throw edgeProblem('invalid-request', 'This address takes no body. Send none.');
    }
    return true;
  }
}
