/** Bounds of executing. Every wait and every loop here ends by one of them. */
export interface ExecutionLimits {
  /** The lease of an execution is lost when it was not renewed for so long. */
  readonly leaseMs: number;
  /** How long to wait for an earlier holder's lease. */
  readonly leaseWaitMs: number;
  /** A task gets twice its estimated time, but at least this. */
  readonly taskTimeoutMsMin: number;
  /** How long an engine that was told to stop may take to prove that it has. */
  readonly abortGraceMs: number;
  /** How long the world is looked at to learn an unknown outcome before a person must. */
  readonly lookWithinMs: number;
  /** How long verification waits for a unit that cannot be read. */
  readonly verifyWithinMs: number;
  /** How long verification waits for a unit that differs to settle. */
  readonly settleWithinMs: number;
  /** Pause between two looks at one unit. */
  readonly lookEveryMs: number;
  /** Units looked at together while verifying. */
  readonly looksAtOnceMax: number;
  /** The slow look for a cancel beside wake-ups. */
  readonly refreshEveryMs: number;
}

/** The limits of a real installation. */
export const EXECUTION_LIMITS: ExecutionLimits = {
  leaseMs: 15_000,
  leaseWaitMs: 20_000,
  taskTimeoutMsMin: 300_000,
  abortGraceMs: 120_000,
  lookWithinMs: 60_000,
  verifyWithinMs: 60_000,
  settleWithinMs: 5_000,
  lookEveryMs: 1_000,
  looksAtOnceMax: 16,
  refreshEveryMs: 5_000,
};
