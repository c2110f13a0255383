/** Which attempt of which tenant. */
export interface AttemptLogRef {
  readonly tenantId: string;
  readonly attemptId: string;
}

/** Takes what tools say in one attempt, secrets removed. Never fails and never waits: what cannot be kept is lost. */
export interface AttemptLog {
  add(line: string): void;
  /** Resolves when all that was added can be read, or could not be kept. More may be added after it. */
  flush(): Promise<void>;
}

/** Part of a log. */
export interface AttemptLogPage {
  readonly lines: readonly string[];
  /** Number of the line after the last one. */
  readonly nextOffset: number;
}

/** Keeps what tools say, so that it can be read while they run. Bounded per attempt, and forgotten after some weeks. */
export interface AttemptLogs {
  /** The log of an attempt; lines go behind those that are there. */
  open(ref: AttemptLogRef): AttemptLog;
  /** Reads up to `limit` lines from a line number on, 0 the first. */
  read(ref: AttemptLogRef, offset: number, limit: number): Promise<AttemptLogPage>;
}
