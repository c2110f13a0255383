import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { invariant } from '@caisson/kernel';
import type { FastifyRequest } from 'fastify';
import { Authenticator } from './authenticator.js';
import { setPrincipal } from './caller.js';
import { edgeProblem } from './edge-problems.js';
import { operationOf } from './operation.js';

/**
 * Lets a request through when its credential carries what the handler's `Operation` asks for. A handler without one is
 * a defect.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly authenticator: Authenticator) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = operationOf(context.getHandler())?.access;
    invariant(access !== undefined, `${context.getClass().name}.${context.getHandler().name} says not who may call it`);
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const principal = await this.authenticator.authenticate(request.headers);
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
