import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Fault } from '@caisson/kernel';

const CLAIM_FILE = 'caisson.pid';
const POSTMASTER_FILE = join('postgres', 'postmaster.pid');
const STOP_LIMIT_MS = 15_000;
const POLL_MS = 50;

/**
 * Makes a data folder this process's own until it gives it back. A Postgres that a killed Caisson left running in it is
 * stopped first: its data are whole, and the next start finds them.
 *
 * @returns gives the folder back.
 * @throws Fault `data-directory-in-use` while another Caisson runs in it.
 */
export async function claimDataDirectory(directory: string): Promise<() => Promise<void>> {
  const file = join(directory, CLAIM_FILE);
  const holder = await readPid(file);
  if (holder !== undefined && holder !== process.pid && isAlive(holder)) {
    throw new Fault(
      'data-directory-in-use',
      `Another Caisson (process ${holder}) uses the data folder ${directory}. Stop it, or set CAISSON_DATA_DIR to ` +
        `another folder. Should process ${holder} be something else, remove ${file}.`,
      { retryable: false },
    );
  }
  await stopLeftPostgres(directory);
  await writeFile(file, `${process.pid}\n`);
  return () => rm(file, { force: true });
}

async function stopLeftPostgres(directory: string): Promise<void> {
  const pid = await readPid(join(directory, POSTMASTER_FILE));
  if (pid === undefined || !(await isPostgresOf(pid, directory))) return; // Postgres itself judges an old file.
  process.kill(pid, 'SIGINT'); // Its fast shutdown.
  const deadline = performance.now() + STOP_LIMIT_MS;
  while (isAlive(pid)) {
    if (performance.now() > deadline) {
      throw new Fault(
        'data-directory-in-use',
        `A Postgres (process ${pid}) that an earlier Caisson left in ${directory} does not stop. Stop it by hand.`,
        { retryable: false },
      );
    }
    await delay(POLL_MS);
  }
}

/** Ids of processes are used again: only the command line tells that it is ours. */
async function isPostgresOf(pid: number, directory: string): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-p', String(pid), '-o', 'args=']);
    return stdout.includes(join(directory, 'postgres'));
  } catch {
    return false; // There is no such process.
  }
}

async function readPid(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const pid = Number(text.split('\n', 1)[0]);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
