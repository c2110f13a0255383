import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { invariant } from '@caisson/kernel';
import { AccessTokens } from './access-tokens.js';
import { edgeProblem } from './edge-problems.js';
import { setPrincipal } from './caller.js';
import { operationOf } from './operation.js';

/**
 * Lets a request through when its token carries what the handler's `Operation` asks for. A handler without one is a
 * defect.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly tokens: AccessTokens) {}

  canActivate(context: ExecutionContext): boolean {
    const access = operationOf(context.getHandler())?.access;
    invariant(access !== undefined, `${context.getClass().name}.${context.getHandler().name} says not who may call it`);
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<{ headers: { authorization?: string } }>();
    const principal = this.tokens.authenticate(request.headers.authorization);
    setPrincipal(request, principal);
    if (access !== 'authenticated' && !principal.permissions.includes(access)) {
      throw edgeProblem('permission-denied', {
        detail: `This needs the permission ${access}. Ask an administrator of the tenant for a role that has it.`,
        members: { permission: access },
      });
    }
    return true;
  }
}
