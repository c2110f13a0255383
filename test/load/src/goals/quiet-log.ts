import type { Log } from '@caisson/messaging-kafka';

/** Shows errors only: what a library tries again by itself is none of a benchmark's business. */
export const QUIET_LOG: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields, message) => process.stderr.write(`  ${message} ${JSON.stringify(fields)}\n`),
};
