import { Fault, InvariantViolation, messageOf } from '@caisson/kernel';

// Lost, not let in (its password is being changed), out of resources, shutting down, cancelled, read-only.
const UNAVAILABLE_STATES = /^(08|28|53|57P|57014|25006|58030)/;
const COLLIDED_STATES = /^(40001|40P01)$/; // Serialization failure, deadlock: the same at once will do.
const BUSY_STATE = '55P03'; // Somebody holds a lock for long: the same a little later will do.
const NETWORK_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT'],
  ...['ENOTFOUND', 'EAI_AGAIN'],
]);
const DRIVER_MESSAGES =
  /Connection terminated|timeout expired|timeout exceeded|Query read timeout|not queryable|Client was closed|after calling end/i;

/** What a failure of the database means for the work at hand. */
export type FailureKind = 'unavailable' | 'collided' | 'busy' | 'refused';

/** Tells a database that is away from one that is busy, and these from one that refuses what it was given. */
export function failureKindOf(error: unknown): FailureKind {
  const code = codeOf(error);
  if (UNAVAILABLE_STATES.test(code) || NETWORK_CODES.has(code)) return 'unavailable';
  if (COLLIDED_STATES.test(code)) return 'collided';
  if (code === BUSY_STATE) return 'busy';
  if (code === '' && DRIVER_MESSAGES.test(messageOf(error))) return 'unavailable';
  if (error instanceof AggregateError && error.errors.length > 0) return failureKindOf(error.errors[0]);
  return 'refused';
}

/**
 * The fault to throw for an error of the driver: `store-unavailable` or `store-busy` (both retryable), else
 * `store-refused`. What is a fault already, or a bug of ours, passes unchanged.
 */
export function toFault(error: unknown, what: string): Error {
  if (error instanceof Fault || error instanceof InvariantViolation) return error;
  const cause = error;
  const reason = messageOf(error) || codeOf(error);
  switch (failureKindOf(error)) {
    case 'unavailable':
      return new Fault('store-unavailable', `Postgres could not ${what}: ${reason}. Try again.`, {
        retryable: true,
        cause,
      });
    case 'collided':
    case 'busy':
      return new Fault('store-busy', `Postgres was too busy to ${what}: ${reason}. Try again.`, {
        retryable: true,
        cause,
      });
    case 'refused':
      return new Fault('store-refused', `Postgres refused to ${what}: ${reason}.`, { retryable: false, cause });
  }
}

/** Runs a statement and turns the driver's errors into faults. `what` completes "Postgres could not …". */
export async function orFault<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw toFault(error, what);
  }
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
