/** What the process of P9 that consumes is told. */
export interface ConsumerTask {
  readonly kind: 'ours' | 'bare';
  readonly brokers: readonly string[];
  /** Of the event store; unused by the bare consumer. */
  readonly databaseUrl: string;
  readonly topic: string;
}

/** What it answers: one line for each event, at the start of its handler. */
export interface Arrival {
  readonly stream: string;
  readonly version: number;
  /** Nanoseconds of the machine's monotonic clock, which all its processes share. */
  readonly atNs: string;
}

/** How long the broker holds an empty fetch, for both. */
export const FETCH_WAIT_MS = 250;

/** The machine's monotonic clock in milliseconds; the same in every process. */
export function machineMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
