import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const BUILD_MS_MAX = 580_000;

/** A program that only its published Go module brings. */
export interface GoProgram {
  readonly name: string;
  /** The module's package with the program, `module/path`. */
  readonly module: string;
  readonly version: string;
}

/** A program of one file of ours on published modules, by their versions. */
export interface OwnGoProgram {
  readonly name: string;
  readonly source: string;
  readonly modules: Readonly<Record<string, string>>;
  /** Rises with the source: names what is kept. */
  readonly version: string;
}

/**
 * A real program, built by Go and kept in the user's cache folder. Minutes the first time, nothing after that.
 *
 * @returns the path of the program.
 */
export function goProgram(wanted: GoProgram | OwnGoProgram): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'caisson', `${wanted.name}-${wanted.version}`);
  const program = join(folder, wanted.name);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), `caisson-${wanted.name}-`));
  const go = (...args: string[]): void => {
    execFileSync('go', args, { cwd: work, timeout: BUILD_MS_MAX, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  try {
    go('mod', 'init', 'caisson.local/build');
    const built = 'module' in wanted ? wanted.module : '.';
    if ('module' in wanted) go('get', '-tool', `${wanted.module}@${wanted.version}`);
    else {
      cpSync(wanted.source, join(work, 'main.go'));
      go('get', ...Object.entries(wanted.modules).map(([module, version]) => `${module}@${version}`));
    }
    go('build', '-mod=mod', '-trimpath', '-p', '2', '-o', join(work, wanted.name), built);
    cpSync(join(work, wanted.name), `${program}.new`);
    renameSync(`${program}.new`, program); // Whole or not there, also when two runs build at once.
    return program;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
