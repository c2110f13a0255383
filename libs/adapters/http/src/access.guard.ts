import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { invariant } from '@caisson/kernel';
import { addToStory } from '@caisson/observability';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Authenticator, type Principal } from './authenticator.js';
import { setPrincipal } from './caller.js';
import { edgeProblem } from './edge-problems.js';
import { operationOf } from './operation.js';
import { Rates } from './rates.js';

/**
 * Lets a request through when it is not one too many and its credential carries what the handler's `Operation` asks
 * for. A handler without one is a defect.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly rates: Rates,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const operation = operationOf(context.getHandler());
    invariant(
      operation !== undefined,
      `${context.getClass().name}.${context.getHandler().name} says not who may call it`,
    );
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const count = (principal?: Principal) =>
      this.rates.admit({ request, reply: http.getResponse<FastifyReply>(), operation, principal });
    const { access } = operation;
    if (access === 'public') {
      await count();
      return true;
    }
    const principal = await this.authenticator.authenticate(request.headers).catch(async (error: unknown) => {
      await count(); // Guesses count by their address.
      throw error;
    });
    setPrincipal(request, principal);
    addToStory({ tenantId: principal.tenantId });
    await count(principal);
    if (access !== 'authenticated' && !principal.permissions.includes(access)) {
      throw edgeProblem('permission-denied', {
        detail: `This needs the permission ${access}. Ask an administrator of the tenant for a role that has it.`,
        members: { permission: access },
      });
    }
    return true;
  }
}
