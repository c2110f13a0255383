import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT: string = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Files that belong to the repository, as paths from its root: tracked or new, never ignored, never deleted. */
export function repositoryFiles(): readonly string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const listed = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\0');
  return [...new Set(listed)].filter((path) => path !== '' && existsSync(join(ROOT, path))).sort();
}

/** The text of a file of the repository. */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** A line of a file, for messages: `path:line: text`. Lines count from 1. */
export interface Line {
  readonly path: string;
  readonly number: number;
  readonly text: string;
}

/** Every line of the files. O(size of the files). */
export function linesOf(paths: readonly string[]): readonly Line[] {
  return paths.flatMap((path) =>
    read(path)
      .split('\n')
      .map((text, index) => ({ path, number: index + 1, text })),
  );
}

/** How a finding is shown: where, and what is there. */
export function show(line: Line): string {
  return `${line.path}:${line.number}: ${line.text.trim().slice(0, 160)}`;
}

/** Whether a path is text that people wrote: no lock file, no picture. */
export function isWritten(path: string): boolean {
  const text = /\.(ts|mjs|js|cjs|json|md|sql|ya?ml|sh|tf|hcl|in|xml|properties|html|css)$/;
  return text.test(path) && !path.endsWith('-lock.json');
}
