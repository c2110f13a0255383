import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const VERSION = 'v5.2.0'; // The newest whose dependencies are all on the Go module proxy.
const MODULE = 'github.com/docker/compose/v5/cmd';
const BUILD_MS_MAX = 300_000;
const CHECK_MS_MAX = 20_000;

/**
 * The real `docker compose`, built by Go from its published module and kept in the user's cache folder. It reads and
 * checks files without a Docker engine. A minute the first time.
 */
export function composeProgram(): string {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'caisson', `compose-${VERSION}`);
  const program = join(folder, 'docker-compose');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'caisson-compose-'));
  const go = (...args: string[]) => {
    execFileSync('go', args, { cwd: work, timeout: BUILD_MS_MAX, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  try {
    go('mod', 'init', 'caisson.local/compose');
    go('get', '-tool', `${MODULE}@${VERSION}`);
    go('build', '-p', '2', '-o', join(work, 'docker-compose'), MODULE);
    execFileSync('cp', [join(work, 'docker-compose'), `${program}.new`]);
    renameSync(`${program}.new`, program); // Whole or not there, also when two runs build at once.
    return program;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What `docker compose config` says about a file: nothing when it is right. */
export function composeComplaints(program: string, file: string): string {
  const done = spawnSync(program, ['-f', file, 'config', '--quiet'], { encoding: 'utf8', timeout: CHECK_MS_MAX });
  return done.status === 0 ? '' : `${done.stderr}${done.stdout}` || `status ${String(done.status)}`;
}
