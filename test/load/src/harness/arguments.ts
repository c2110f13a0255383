import { parseArgs } from 'node:util';
import { Fault } from '@caisson/kernel';

/** What the command line asks for. */
export interface BenchArguments {
  /** Goals to run, such as `P1`; empty: all. */
  readonly goals: readonly string[];
  readonly rounds: number;
  /** Absent: each goal's own. */
  readonly sliceMs?: number;
  readonly calmWaitMs: number;
  /** Whether the result is kept and the page of the last runs written. */
  readonly write: boolean;
}

/** What is printed for `--help` and after a mistake. */
export const USAGE = `npm run bench [-- P1 P2 …] [--rounds 9] [--slice-ms 2000] [--calm-wait-ms 3000] [--no-write]
Without goals all are run. Nine rounds or more before anything is claimed; --rounds 3 --slice-ms 1000 is a quick look.`;

/** @throws Fault `usage` with the reason. */
export function readArguments(given: readonly string[]): BenchArguments {
  const { values, positionals } = parse(given);
  return {
    goals: positionals.map((goal) => goal.toUpperCase()),
    rounds: whole(values.rounds, 'rounds'),
    ...(values['slice-ms'] === undefined ? {} : { sliceMs: whole(values['slice-ms'], 'slice-ms') }),
    calmWaitMs: whole(values['calm-wait-ms'], 'calm-wait-ms'),
    write: !values['no-write'],
  };
}

function parse(given: readonly string[]) {
  try {
    return parseArgs({
      args: [...given],
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '9' },
        'slice-ms': { type: 'string' },
        'calm-wait-ms': { type: 'string', default: '3000' },
        'no-write': { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new Fault('usage', USAGE, { retryable: false, cause: error });
  }
}

function whole(text: string, name: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 600_000) return value;
  throw new Fault('usage', `--${name} must be a whole number. ${USAGE}`, { retryable: false });
}
