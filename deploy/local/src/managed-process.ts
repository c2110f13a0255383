import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '@caisson/kernel';
import { commandLineOf } from './command-line.js';

/** How long a process may take to end after SIGTERM before it is killed. */
const STOP_MS_MAX = 20_000;

/** How long a killed process may take to disappear. */
const KILL_MS_MAX = 5000;

const POLL_MS = 25;
const LAST_WORDS_CHARS = 3000;

/** A server to run as a process of its own. */
export interface ProcessSpec {
  /** Names the pid file and the log. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Where its pid, log and data are. */
  readonly directory: string;
  /** Occurs in its command line and in no other's: by that the process is known again after its id was reused. */
  readonly mark: string;
  /** Absent: this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Asks the server over its own protocol. */
  readonly isReady: () => Promise<boolean>;
  readonly readyMsMax: number;
  /** How to make it work when it does not start. */
  readonly remedy: string;
}

/** Signals that end a process. */
export type EndSignal = 'SIGTERM' | 'SIGINT' | 'SIGKILL';

/** A server that runs. It outlives this process unless it is stopped. */
export interface ManagedProcess {
  readonly pid: number;
  /** Ends it and waits until it is gone; its data stay. Default SIGTERM, and SIGKILL when that does not help. */
  stop(signal?: EndSignal): Promise<void>;
}

/**
 * Starts a server and waits until it answers. One that was left running in the same directory is ended first.
 *
 * @throws Fault `local-start-failed` with the server's last words.
 */
export async function startProcess(spec: ProcessSpec): Promise<ManagedProcess> {
  mkdirSync(spec.directory, { recursive: true });
  await stopProcess(spec.name, spec.directory);
  const logFile = join(spec.directory, `${spec.name}.log`);
  const log = openSync(logFile, 'a');
  // In a session of its own: Ctrl-C in the terminal reaches the one who started it, who ends it in order.
  const environment = spec.environment === undefined ? {} : { env: spec.environment };
  const child = spawn(spec.command, spec.args, { detached: true, stdio: ['ignore', log, log], ...environment });
  closeSync(log);
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended = `exit ${code ?? signal ?? 'unknown'}`));
  child.unref();
  if (child.pid !== undefined) writeFileSync(pidFile(spec.name, spec.directory), `${child.pid} ${spec.mark}`);
  const deadline = performance.now() + spec.readyMsMax;
  while (!(await spec.isReady())) {
    if (ended === undefined && performance.now() < deadline) {
      await sleep(POLL_MS);
      continue;
    }
    const why = ended ?? `no answer within ${spec.readyMsMax} ms`;
    await stopProcess(spec.name, spec.directory, 'SIGKILL');
    throw startFailed(spec, why, readFileSync(logFile, 'utf8').slice(-LAST_WORDS_CHARS));
  }
  return { pid: child.pid ?? 0, stop: (signal) => stopProcess(spec.name, spec.directory, signal) };
}

/** Ends the server that was started in a directory, by whomever, and waits until it is gone. Nothing to do is fine. */
export async function stopProcess(name: string, directory: string, signal: EndSignal = 'SIGTERM'): Promise<void> {
  const started = readStarted(name, directory);
  if (started === undefined) return;
  if (isRunning(started)) {
    send(started.pid, signal);
    send(started.pid, 'SIGCONT'); // A stopped process takes its signals when it goes on.
    if (!(await isGone(started, signal === 'SIGKILL' ? KILL_MS_MAX : STOP_MS_MAX))) {
      send(started.pid, 'SIGKILL');
      await isGone(started, KILL_MS_MAX);
    }
  }
  rmSync(pidFile(name, directory), { force: true });
}

function pidFile(name: string, directory: string): string {
  return join(directory, `${name}.pid`);
}

interface Started {
  readonly pid: number;
  readonly mark: string;
}

function readStarted(name: string, directory: string): Started | undefined {
  try {
    const [pid = '', ...mark] = readFileSync(pidFile(name, directory), 'utf8').split(' ');
    return Number(pid) > 1 ? { pid: Number(pid), mark: mark.join(' ') } : undefined;
  } catch {
    return undefined; // Never started here, or stopped.
  }
}

function isRunning(started: Started): boolean {
  return commandLineOf(started.pid)?.includes(started.mark) === true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in between.
  }
}

/** Until its parent has noticed its end, a process has no command line any more but may still hold its ports. */
function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function isGone(started: Started, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (exists(started.pid) && (commandLineOf(started.pid)?.includes(started.mark) ?? true)) {
    if (performance.now() >= deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

function startFailed(spec: ProcessSpec, why: string, lastWords: string): Fault {
  const text = `${spec.name} did not start in ${spec.directory}: ${why}. ${spec.remedy}\n${lastWords}`;
  return new Fault('local-start-failed', text.trimEnd(), { retryable: false });
}
