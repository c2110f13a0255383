import type { CommandContext } from '@caisson/event-sourcing';
import type { Caller } from '@caisson/http';
import { deterministicId, uuidV7, type IdGenerator } from '@caisson/kernel';

const UUID_V7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const RANDOM_BYTES = 10;

/** The context of a command that a caller sends. The request is what caused it. */
export function commandContextOf(caller: Caller): CommandContext {
  const { commandId, principalId, requestId, tenantId } = caller;
  return { tenantId, commandId, correlationId: requestId, causationId: requestId, actor: principalId };
}

/**
 * The id of the deployment that a caller creates. With an idempotency key it follows from the command, so that the same
 * request twice is one deployment. Lists are ordered by id: an id that follows from a key of UUID version 7 keeps the
 * time in it, and with it the order.
 */
export function newDeploymentId(caller: Caller, ids: IdGenerator): string {
  const { commandId, idempotencyKey } = caller;
  if (idempotencyKey === undefined) return ids.next();
  const derived = deterministicId('deployment', commandId);
  const timed = UUID_V7.exec(idempotencyKey);
  if (timed === null) return derived;
  const unixMs = Number.parseInt(`${timed[1] ?? ''}${timed[2] ?? ''}`, 16);
  return uuidV7(unixMs, Buffer.from(derived.replaceAll('-', ''), 'hex').subarray(0, RANDOM_BYTES));
}
