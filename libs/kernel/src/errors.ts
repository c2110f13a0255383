/**
 * The world failed: a dependency is down, a limit was hit, an answer made no sense.
 * `code` is a stable kebab-case word; `retryable` says whether the same call may succeed later.
 */
export class Fault extends Error {
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { readonly retryable: boolean; readonly cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Fault';
    this.code = code;
    this.retryable = options.retryable;
  }
}

/** We have a bug: something that must hold does not. Nobody handles it; it is reported and the work stops. */
export class InvariantViolation extends Error {
  readonly code = 'invariant-violation';
  readonly retryable = false;

  constructor(message: string) {
    super(message);
    this.name = 'InvariantViolation';
  }
}

/** Stops when a condition that the code relies on does not hold. On in production. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantViolation(message);
}

/** Closes a switch over a union: a compile error when a case is missing, a stop when newer data arrives at run time. */
export function unreachable(value: never, what: string): never {
  throw new InvariantViolation(`unknown ${what}: ${JSON.stringify(value)}`);
}

/** Whether the same call may succeed later. Judged by the `retryable` field, so it holds across package copies. */
export function isRetryable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'retryable' in error && error.retryable === true;
}

/** The message of whatever was thrown, for logs and for the reason of a failure. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
