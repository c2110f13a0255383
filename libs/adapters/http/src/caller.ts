import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { deterministicId, invariant } from '@caisson/kernel';
import type { FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { Principal } from './authenticator.js';
import { edgeProblem } from './edge-problems.js';

/** One request, as part of which story. */
export interface Requester {
  /** The correlation id of all that follows. */
  readonly requestId: string;
  /**
   * Names the command. From `Idempotency-Key` when there is one: the same key of the same caller on the same address is
   * the same command, whenever it arrives. Fresh otherwise.
   */
  readonly commandId: string;
  /** As the caller gave it. */
  readonly idempotencyKey?: string;
}

/** Who calls: what a command needs beside its own content. */
export interface Caller extends Principal, Requester {}

const PRINCIPALS = new WeakMap<object, Principal>();
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** Remembers who a request is from. Called by the guard only. */
export function setPrincipal(request: object, principal: Principal): void {
  PRINCIPALS.set(request, principal);
}

/** Gives a handler its caller: `@CalledBy() caller: Caller`. Only behind `AccessGuard`, where not anybody may call. */
export const CalledBy = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const principal = PRINCIPALS.get(request);
  invariant(principal !== undefined, 'a handler asks for its caller and lets anybody call');
  return { ...principal, ...requesterOf(request, [principal.tenantId, principal.principalId]) };
});

/** Gives a handler the request that anybody may have sent: `@RequestedBy() requester: Requester`. */
export const RequestedBy = createParamDecorator((_data: unknown, context: ExecutionContext): Requester =>
  requesterOf(context.switchToHttp().getRequest<FastifyRequest>(), ['anybody']),
);

function requesterOf(request: FastifyRequest, scope: readonly string[]): Requester {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return { requestId: request.id, commandId: randomUUID() };
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key)) {
    throw edgeProblem('invalid-header', {
      detail: 'Idempotency-Key must be 1 to 255 printable ASCII characters without blanks. A UUID is a good one.',
      errors: [{ pointer: 'Idempotency-Key', detail: 'must be 1 to 255 printable ASCII characters without blanks' }],
    });
  }
  const path = request.url.split('?')[0] ?? '';
  const commandId = deterministicId('request', ...scope, request.method, path, key);
  return { requestId: request.id, commandId, idempotencyKey: key };
}
