/** An instant as ISO-8601 UTC text with milliseconds, such as `2026-03-02T10:15:00.000Z`. Sorts as text. */
export type Instant = string;

/** Tells the time. Use cases get it through this port, so that a simulation can drive them. */
export interface Clock {
  /** Now, as wall-clock time. May jump; never compare it with another machine's for safety. */
  now(): Instant;
  /** Milliseconds that never go backwards; only differences mean something. */
  monotonicMs(): number;
  /**
   * Resolves after `ms` milliseconds, or at once when the signal is aborted (it never rejects: look at the signal).
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Draws uniform numbers in [0, 1). A port, so that a seed reproduces a run. */
export interface Random {
  next(): number;
}
