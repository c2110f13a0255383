import { spawnSync } from 'node:child_process';
import { goProgram } from './go-program.js';

const CHECK_MS_MAX = 20_000;

/** The real `docker compose`: it reads and checks files without a Docker engine. */
export function composeProgram(): string {
  // The newest whose dependencies are all on the Go module proxy.
  return goProgram({ name: 'docker-compose', module: 'github.com/docker/compose/v5/cmd', version: 'v5.2.0' });
}

/** What `docker compose config` says about a file: nothing when it is right. */
export function composeComplaints(program: string, file: string): string {
  const done = spawnSync(program, ['-f', file, 'config', '--quiet'], { encoding: 'utf8', timeout: CHECK_MS_MAX });
  return done.status === 0 ? '' : `${done.stderr}${done.stdout}` || `status ${String(done.status)}`;
}
