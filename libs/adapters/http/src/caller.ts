import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { deterministicId, invariant } from '@caisson/kernel';
import type { FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { Principal } from './authenticator.js';
import { idempotencyKeyOf } from './idempotency-key.js';

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

/** Remembers who a request is from. Called by the guard only. */
export function setPrincipal(request: object, principal: Principal): void {
  PRINCIPALS.set(request, principal);
}

/** Who a request is from; undefined where no guard asked. */
export function principalOf(request: object): Principal | undefined {
  return PRINCIPALS.get(request);
}

/** Gives a handler its caller: `@CalledBy() caller: Caller`. Only behind `AccessGuard`, where not anybody may call. */
export const CalledBy = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const principal = principalOf(request);
  invariant(principal !== undefined, 'a handler asks for its caller and lets anybody call');
  return { ...principal, ...requesterOf(request, [principal.tenantId, principal.principalId]) };
});

/** Gives a handler the request that anybody may have sent: `@RequestedBy() requester: Requester`. */
export const RequestedBy = createParamDecorator((_data: unknown, context: ExecutionContext): Requester =>
  requesterOf(context.switchToHttp().getRequest<FastifyRequest>(), ['anybody']),
);

function requesterOf(request: FastifyRequest, scope: readonly string[]): Requester {
  const key = idempotencyKeyOf(request.headers);
  if (key === undefined) return { requestId: request.id, commandId: randomUUID() };
  const path = request.url.split('?')[0] ?? '';
  const commandId = deterministicId('request', ...scope, request.method, path, key);
  return { requestId: request.id, commandId, idempotencyKey: key };
}
