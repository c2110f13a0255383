/** What became of an operation. `unknown`: it may have happened or not, and never both. */
export type OperationOutcome = 'ok' | 'fail' | 'unknown';

/** One call of a client, as the client saw it. */
export interface Operation {
  readonly tenant: string;
  readonly person: string;
  /** Such as `create`, `cancel`, `read`. */
  readonly what: string;
  readonly deploymentId: string | undefined;
  /** The idempotency key of a command. */
  readonly key: string | undefined;
  /** Under which its facts are recorded. */
  readonly commandId: string | undefined;
  /** Whether a success always records something; a wish that is true already records nothing. */
  readonly records: boolean;
  /** Milliseconds since the history began. */
  readonly invokedMs: number;
  readonly endedMs: number;
  readonly outcome: OperationOutcome;
  /** Of the answer that counted. */
  readonly status: number | undefined;
  /** Every status and error on the way, tries that were repeated included. */
  readonly tries: readonly string[];
  /** What was answered: the version of the deployment's stream, its status, and the run it was about. */
  readonly version: number | undefined;
  readonly state: string | undefined;
  readonly runId: string | undefined;
}

/** What clients did and saw in one schedule. */
export class History {
  readonly operations: Operation[] = [];
  readonly #beganMs = performance.now();

  nowMs(): number {
    return performance.now() - this.#beganMs;
  }

  record(operation: Operation): void {
    this.operations.push(operation);
  }
}
