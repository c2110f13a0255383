import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WORKSPACE } from './workspace.js';

/** How to reach a running Caisson. */
export interface Reachable {
  readonly url: string;
  readonly sandboxUrl: string;
  readonly bootstrapToken: string;
}

/** A one-process Caisson that this process started. */
export interface StandaloneProcess extends Reachable {
  readonly pid: number;
  stop(): Promise<void>;
}

const READY_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 30_000;
const PAUSE_MS = 50;

/**
 * Starts `apps/standalone` on free ports and waits until it is ready.
 *
 * @throws Error with its last words when it ended or is too slow.
 */
export async function startStandaloneProcess(options: {
  readonly dataDirectory: string;
  readonly durable: boolean;
  /** More settings, such as `CAISSON_WEBHOOK_HOOKS`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Hears what the process says, as it comes. */
  readonly onOutput?: (text: string) => void;
}): Promise<StandaloneProcess> {
  const readyFile = join(options.dataDirectory, 'ready.json');
  await rm(readyFile, { force: true }); // One of an earlier start tells an old address.
  const words: string[] = [];
  const child = spawn(process.execPath, [join(WORKSPACE, 'apps', 'standalone', 'dist', 'main.js')], {
    cwd: WORKSPACE,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      CAISSON_DATA_DIR: options.dataDirectory,
      CAISSON_READY_FILE: readyFile,
      CAISSON_PORT: '0',
      CAISSON_DURABLE: String(options.durable),
      CAISSON_LOG_LEVEL: process.env['CAISSON_LOG_LEVEL'] ?? 'warn',
      ...options.environment,
    },
  });
  const remember = (chunk: Buffer): void => {
    words.push(chunk.toString());
    if (words.length > 40) words.shift();
    options.onOutput?.(chunk.toString());
    if (process.env['CAISSON_LOG_LEVEL'] !== undefined) process.stderr.write(chunk);
  };
  child.stdout.on('data', remember);
  child.stderr.on('data', remember);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    child.kill('SIGTERM');
    await ended;
    clearTimeout(late);
  };
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const deadline = performance.now() + READY_LIMIT_MS;
  for (;;) {
    const ready = await readReady(readyFile);
    if (ready !== undefined) return { ...ready, pid: child.pid ?? 0, stop };
    if (hasEnded()) throw new Error(`Caisson ended at its start.\n${words.join('')}`);
    if (performance.now() > deadline) {
      await stop();
      throw new Error(`Caisson is not ready.\n${words.join('')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function readReady(file: string): Promise<Reachable | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Reachable;
  } catch {
    return undefined; // Not there yet, or half written.
  }
}
