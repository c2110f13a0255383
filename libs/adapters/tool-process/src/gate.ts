import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault, messageOf } from '@caisson/kernel';
import { findProcess, RUNNER_MARK, type ProcessTree } from './process-table.js';

/** Name under which the gate and its watcher appear in the process table. */
export const GATE_NAME = 'caisson-runner';

/**
 * What the leader of the group runs: it waits for one line, leaves a watcher behind and becomes the tool.
 *
 * Standard input is the life line: it closes when our process ends, however that happens. Before the line a closed one
 * ends the gate; after it the watcher asks the tool to stop and kills the group after the grace. It does the same when
 * our process lives and says nothing: each line on the life line is a heartbeat, each tick (SIGUSR2) of a clock of the
 * watcher's own without one since the last is counted, and the second ends the waiting. A process that was halted past
 * its lease so does not keep its tool, also where nobody else can reach it. Others ask the watcher by SIGUSR1. Only the
 * watcher interrupts the tool, and only once: many tools take a second interrupt for "at once", and Terraform then does
 * not save its state.
 *
 * The life line also closes when the tool has ended: then our process clears the group, and the watcher only if it did
 * not, some seconds later.
 *
 * With a folder for pipes, relays carry the output, and throw it away once we are gone: a tool that writes to a closed
 * pipe is killed by SIGPIPE and saves nothing.
 *
 * While the watcher is in the group the kernel gives its id to nobody else. `$$` is the leader's id everywhere in it.
 */
const GATE_SCRIPT = `
grace=$1
silence=$2
pipes=$3
shift 3
read -r go || { [ -z "$pipes" ] || rm -rf "$pipes"; exit 0; }
exec 3<&0
trap '' USR1 USR2
(
  read -r me rest </proc/self/stat
  asked= ticked= late=0
  trap 'asked=1' USR1
  trap 'ticked=1 late=$((late + 1))' USR2
  ( trap '' USR1 USR2; while sleep "$silence"; do kill -USR2 "$me" || exit; done ) &
  while :; do
    if read -r beat; then late=0; continue; fi
    [ -z "$asked" ] && [ -n "$ticked" ] && [ "$late" -lt 2 ] || break
    ticked=
  done
  trap '' USR1 USR2
  kill -INT $$
  while [ "$grace" -gt 0 ]; do
    sleep 1
    grace=$((grace - 1))
    kill -0 $$ || { sleep 2; grace=0; }
  done
  kill -KILL -$$
) <&3 >/dev/null 2>&1 &
if [ -n "$pipes" ]; then
  mkfifo -m 600 "$pipes/out" "$pipes/err" || exit 126
  ( cat; exec cat >/dev/null ) <"$pipes/out" 2>/dev/null &
  ( cat >&2 2>/dev/null; exec cat >/dev/null ) <"$pipes/err" &
  exec >"$pipes/out" 2>"$pipes/err"
  rm -rf "$pipes"
fi
trap - USR1 USR2
exec "$@" </dev/null 3<&-
`;

/** Below the lease of an execution: who was silent for so long twice does not hold it any more. */
const SILENCE_MS = 10_000;

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

/** A process group that waits to be told to become a tool. */
export interface Gate {
  readonly child: ChildProcess;
  readonly tree: ProcessTree;
  readonly ended: Promise<ProcessExit>;
  /** Lets the tool start. */
  go(): void;
  /** Ends the gate, or asks the tool to stop, once. */
  hangUp(): void;
  /** Removes what a gate leaves on disk when it never came to its tool. */
  discard(): Promise<void>;
}

/** What a gate needs to know. */
export interface GateOptions {
  readonly runnerId: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly graceMs: number;
  /** The tool is asked to stop when we say nothing for longer than this, twice as long at most. Default 10 s. */
  readonly silenceMs?: number;
  /** The tool must be able to end in order when we are gone: its output then goes nowhere in place of failing. */
  readonly outlivesUs?: boolean;
}

/**
 * Starts a gate.
 *
 * @throws Fault `tool-start-failed` when no process could be made.
 */
export async function openGate(options: GateOptions): Promise<Gate> {
  const graceSeconds = String(Math.ceil(options.graceMs / 1000));
  const { silenceMs = SILENCE_MS } = options;
  const silenceSeconds = String(Math.max(1, Math.ceil(silenceMs / 1000)));
  const pipes = options.outlivesUs === true ? await mkdtemp(join(tmpdir(), 'caisson-runner-')) : '';
  const discard = async (): Promise<void> => {
    if (pipes !== '') await rm(pipes, { recursive: true, force: true });
  };
  const child = spawn(
    '/bin/sh',
    ['-c', GATE_SCRIPT, GATE_NAME, graceSeconds, silenceSeconds, pipes, options.command, ...options.args],
    {
      cwd: options.cwd,
      env: { ...options.env, [RUNNER_MARK]: options.runnerId },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true, // A session and group of its own.
    },
  );
  child.stdin.on('error', ignoreBrokenPipe);
  let heart: NodeJS.Timeout | undefined;
  const ended = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => {
      clearInterval(heart);
      resolve({ code: code ?? undefined, signal: signal ?? undefined });
    });
  });
  try {
    await once(child, 'spawn');
  } catch (error) {
    await discard();
    throw startFailure(options, messageOf(error), error);
  }
  const leader = child.pid === undefined ? undefined : await findProcess(child.pid);
  if (leader === undefined) throw startFailure(options, 'its process ended at once');
  const tree = { runnerId: options.runnerId, processGroupId: leader.pid, startTicks: leader.startTicks };
  return {
    child,
    tree,
    ended,
    go: () => {
      child.stdin.write('go\n');
      heart = setInterval(() => child.stdin.write('beat\n'), silenceMs / 3);
    },
    hangUp: () => {
      clearInterval(heart);
      child.stdin.destroy();
    },
    discard,
  };
}

function startFailure(options: GateOptions, reason: string, cause?: unknown): Fault {
  const message = `${options.command} could not be started in ${options.cwd}: ${reason}. Check the folder and limits.`;
  return new Fault('tool-start-failed', message, { retryable: true, cause });
}

/** The tool may end before it was told to go, or while it is: its exit tells, not its input. */
function ignoreBrokenPipe(): void {
  // Nothing to do.
}
