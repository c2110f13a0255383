import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Figures } from './goal.js';
import { processTimeUs, treeTimeUs } from './processor-time.js';

const DEBIAN_SERVERS = '/usr/lib/postgresql';

/** Where pgbench is: on PATH or where Debian puts it; undefined when it is not installed. */
export function findPgbench(): string | undefined {
  const debian = existsSync(DEBIAN_SERVERS) ? readdirSync(DEBIAN_SERVERS).sort().reverse() : [];
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...debian.map((version) => join(DEBIAN_SERVERS, version, 'bin')),
  ];
  return folders.map((folder) => join(folder, 'pgbench')).find((file) => existsSync(file));
}

/** One run of pgbench. */
export interface PgbenchRun {
  readonly program: string;
  readonly url: string;
  readonly clients: number;
  readonly sliceMs: number;
  /** The statements of a transaction, with `:name` variables. */
  readonly script: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly serverPid: number;
}

/** Runs a script with prepared statements, one thread, for whole seconds. Of the latency only the mean is known. */
export async function runPgbench(run: PgbenchRun): Promise<Figures & { readonly calls: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'caisson-pgbench-'));
  try {
    const script = join(folder, 'script.sql');
    await writeFile(script, run.script);
    const seconds = Math.max(1, Math.round(run.sliceMs / 1000));
    const variables = Object.entries(run.variables).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
    const args = ['-n', '-M', 'prepared', '-c', String(run.clients), '-j', '1', '-T', String(seconds), '-f', script];
    const serverBefore = treeTimeUs(run.serverPid);
    const clientBefore = waitedUs();
    const output = await outputOf(run.program, [...args, ...variables, run.url]);
    const calls = figureIn(output, /transactions actually processed: (\d+)/);
    if (figureIn(output, /number of failed transactions: (\d+)/) > 0) throw new Error('pgbench: transactions failed');
    return {
      calls,
      ratePerS: figureIn(output, /tps = ([\d.]+)/),
      meanMs: figureIn(output, /latency average = ([\d.]+)/),
      clientCpuUs: (waitedUs() - clientBefore) / calls,
      serverCpuUs: (treeTimeUs(run.serverPid) - serverBefore) / calls,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Processor time of children of this process that have ended. */
function waitedUs(): number {
  return treeTimeUs(process.pid) - processTimeUs(process.pid);
}

function outputOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: 60_000, env: { ...process.env, PGCONNECT_TIMEOUT: '5' } }, (error, out, err) => {
      if (error === null) resolve(out);
      else reject(new Error(`pgbench failed. ${err.trim().split('\n').slice(0, 3).join(' ')}`, { cause: error }));
    });
  });
}

function figureIn(output: string, pattern: RegExp): number {
  const match = pattern.exec(output);
  if (match === null) throw new Error(`pgbench printed no ${pattern.source}`);
  return Number(match[1]);
}
