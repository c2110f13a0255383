import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { deterministicId, invariant } from '@caisson/kernel';
import type { FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { Principal } from './access-tokens.js';
import { edgeProblem } from './edge-problems.js';

/** Who calls and as part of which story: what a command needs beside its own content. */
export interface Caller extends Principal {
  /** The correlation id of all that follows. */
  readonly requestId: string;
  /**
   * Names the command. From `Idempotency-Key` when there is one: the same key of the same principal on the same address
   * is the same command, whenever it arrives. Fresh otherwise.
   */
  readonly commandId: string;
}

const PRINCIPALS = new WeakMap<object, Principal>();
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** Remembers who a request is from. Called by the guard only. */
export function setPrincipal(request: object, principal: Principal): void {
  PRINCIPALS.set(request, principal);
}

/**
 * Gives a handler its caller: `@CalledBy() caller: Caller`. Only behind `AccessGuard`, on operations that are not
 * public.
 */
export const CalledBy = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const principal = PRINCIPALS.get(request);
  invariant(principal !== undefined, 'a handler asks for its caller and lets anybody call');
  return { ...principal, requestId: request.id, commandId: commandIdOf(request, principal) };
});

function commandIdOf(request: FastifyRequest, principal: Principal): string {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return randomUUID();
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key)) {
    throw edgeProblem('invalid-header', {
      detail: 'Idempotency-Key must be 1 to 255 printable ASCII characters without blanks. A UUID is a good one.',
      errors: [{ pointer: 'Idempotency-Key', detail: 'must be 1 to 255 printable ASCII characters without blanks' }],
    });
  }
  const path = request.url.split('?')[0] ?? '';
  return deterministicId('request', principal.tenantId, principal.principalId, request.method, path, key);
}
