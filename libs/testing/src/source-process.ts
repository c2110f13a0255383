import { spawn, type ChildProcess } from 'node:child_process';

const HOOKS = new URL('./source-hooks.ts', import.meta.url).href;

/**
 * Runs a module text in a Node process of its own, on the sources of the workspace, so that a test can kill it.
 *
 * @param code - an ES module in JavaScript; import files of ours by absolute URL, packages by name.
 * @param directory - where package names are resolved from.
 */
export function startSourceProcess(code: string, directory: URL): ChildProcess {
  const args = ['--conditions=@caisson/source', '--import', HOOKS, '--input-type=module', '--eval', code];
  return spawn(process.execPath, args, {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
