import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Fault, messageOf } from '@caisson/kernel';
import type { ProcessTree } from './end-process-tree.js';
import { findProcess, RUNNER_MARK } from './process-table.js';

/**
 * What the leader of the group runs: it waits for one line, leaves a watcher behind and becomes the tool.
 *
 * Standard input is the life line: it closes when our process ends, however that happens. Before the line a closed one
 * ends the gate; after it the watcher asks the tool to stop and kills the group after the grace. While the watcher is
 * in the group the kernel gives its id to nobody else. `$$` is the leader's id, also in the watcher.
 */
const GATE_SCRIPT = `
read -r go || exit 0
grace=$1
shift
exec 3<&0
(
  read -r end
  kill -INT $$
  while [ "$grace" -gt 0 ] && kill -0 $$; do sleep 1; grace=$((grace - 1)); done
  kill -KILL -$$
) <&3 >/dev/null 2>&1 &
exec "$@" </dev/null 3<&-
`;

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
}

/** What a gate needs to know. */
export interface GateOptions {
  readonly runnerId: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly graceMs: number;
}

/**
 * Starts a gate.
 *
 * @throws Fault `tool-start-failed` when no process could be made.
 */
export async function openGate(options: GateOptions): Promise<Gate> {
  const graceSeconds = String(Math.ceil(options.graceMs / 1000));
  const child = spawn(
    '/bin/sh',
    ['-c', GATE_SCRIPT, 'caisson-runner', graceSeconds, options.command, ...options.args],
    {
      cwd: options.cwd,
      env: { ...options.env, [RUNNER_MARK]: options.runnerId },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true, // A session and group of its own.
    },
  );
  child.stdin.on('error', ignoreBrokenPipe);
  const ended = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve({ code: code ?? undefined, signal: signal ?? undefined });
    });
  });
  try {
    await once(child, 'spawn');
  } catch (error) {
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
    },
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
