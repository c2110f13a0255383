import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

const READY_MS_MAX = 60_000;
const STOP_MS_MAX = 30_000;
const POLL_MS = 5;

/** A program whose start or idleness is measured. */
export interface Program {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Answers 200 when it is ready. */
  readonly readyUrl: string;
}

/** Starts a program and waits until it is ready; gives the milliseconds from the spawn on. */
export async function startUntilReady(
  program: Program,
): Promise<{ readonly ms: number; readonly child: ChildProcess }> {
  const started = performance.now();
  const child = spawn(process.execPath, program.args, {
    env: program.environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  while (!(await answers(program.readyUrl))) {
    if (child.exitCode !== null) throw new Error(`${program.args.join(' ')} ended with ${child.exitCode}`);
    if (performance.now() - started > READY_MS_MAX) {
      await endProcess(child);
      throw new Error(`${program.args.join(' ')} was not ready after ${READY_MS_MAX} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return { ms: performance.now() - started, child };
}

/** Ends a program in order, or at once when it takes too long. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(late);
}

/** The environment and arguments with which a process of this machine was started. Linux only. */
export function startedWith(pid: number): Pick<Program, 'args' | 'environment'> {
  const partsOf = (file: string): readonly string[] =>
    readFileSync(`/proc/${pid}/${file}`, 'utf8')
      .split('\0')
      .filter((part) => part !== '');
  const entries = partsOf('environ').map((entry) => {
    const at = entry.indexOf('=');
    return [entry.slice(0, at), entry.slice(at + 1)] as const;
  });
  return { args: partsOf('cmdline').slice(1), environment: Object.fromEntries(entries) };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
