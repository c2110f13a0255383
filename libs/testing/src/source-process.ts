import { spawn, type ChildProcess } from 'node:child_process';

/** Node finds `./x.ts` where the source says `./x.js`, as the compiler and the test runner do. */
const RESOLVE_SOURCES = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (!specifier.endsWith('.js')) throw error;
        return next(specifier.slice(0, -3) + '.ts', context);
      }
    },
  });
`)}`;

/**
 * Runs a module text in a Node process of its own, on the sources of the workspace, so that a test can kill it.
 *
 * @param code - an ES module in JavaScript; import files of ours by absolute URL, packages by name.
 * @param directory - where package names are resolved from.
 */
export function startSourceProcess(code: string, directory: URL): ChildProcess {
  const args = [
    '--conditions=@caisson/source',
    '--experimental-transform-types',
    '--disable-warning=ExperimentalWarning',
    '--import',
    RESOLVE_SOURCES,
  ];
  return spawn(process.execPath, [...args, '--input-type=module', '--eval', code], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
