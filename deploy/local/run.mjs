// One command from a fresh clone to a running program: installs and builds what is missing, then starts it on Node 24.
// Plain JavaScript without dependencies, because it runs before anything is installed, under whatever Node npm found.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const NODE_OLDEST = [22, 15];
const PARENT_CHECK_MS = 500;
const APPS = ['api', 'planner', 'executor', 'drift-detector', 'webhook-ingest', 'sandbox-cloud', 'standalone'];
const PROGRAMS = [...APPS.map((app) => `apps/${app}`), 'deploy/local'];

/** What can be started: the file to run and the packages that must be built for it. */
const COMMANDS = {
  demo: { entry: 'deploy/local/dist/demo.js', builds: PROGRAMS },
  start: { entry: 'apps/standalone/dist/main.js', builds: PROGRAMS },
  stack: { entry: 'deploy/local/dist/stack.js', builds: PROGRAMS },
  bench: { entry: 'test/load/dist/bench.js', builds: [...PROGRAMS, 'test/load'] },
  fault: { entry: 'test/fault/dist/main.js', builds: [...PROGRAMS, 'test/fault'] },
  sim: { entry: 'test/simulation/dist/main.js', builds: ['test/simulation'] },
  test: { entry: 'deploy/local/test.mjs', builds: [] }, // Building is its first step.
};

const [name = '', ...rest] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (command === undefined) {
  fail(`Unknown command "${name}". Use one of: ${Object.keys(COMMANDS).join(', ')}.`, 2);
}

if (!isInstalled()) install();
const node = suitableNode();
const environment = { ...process.env, PATH: pathFor(node), NX_DAEMON: 'false' };
if (command.builds.length > 0) build(command.builds);
start(join(ROOT, command.entry));

function say(message) {
  process.stderr.write(`caisson: ${message}\n`);
}

function fail(message, status = 1) {
  say(message);
  process.exit(status);
}

/** Whether node_modules holds what package-lock.json names. Compares content: times say nothing after a checkout. */
function isInstalled() {
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  // A package of the workspace has no version: that its link is there counts.
  const isThere = (path, { version }) => installed[path] !== undefined && installed[path].version === version;
  return Object.entries(wanted).every(([path, entry]) => path === '' || entry.optional || isThere(path, entry));
}

function packagesOf(file) {
  const path = join(ROOT, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {};
}

function install() {
  say('installing packages (once; about a minute) …');
  const npm = process.env.npm_execpath;
  const [program, args] = npm === undefined ? ['npm', ['ci']] : [process.execPath, [npm, 'ci']];
  const done = spawnSync(program, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (done.status !== 0) {
    fail('`npm ci` failed. Its message is above; check the network and the npm registry, then try again.');
  }
}

/** The Node that came with the packages, or the one that runs this when it is new enough. */
function suitableNode() {
  const bundled = join(ROOT, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  if (existsSync(bundled)) return bundled;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = NODE_OLDEST;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return process.execPath;
  return fail(
    `Node ${process.versions.node} is too old, and no newer one could be installed for ` +
      `${process.platform}-${process.arch}. Install Node 24 and try again.`,
  );
}

function pathFor(executable) {
  return [join(ROOT, 'node_modules/.bin'), dirname(executable), process.env.PATH ?? ''].join(delimiter);
}

/** Compiles what changed; a tenth of a second when nothing did. */
function build(folders) {
  const projects = folders.map((folder) => join(folder, 'tsconfig.lib.json'));
  if (folders.some((folder) => !existsSync(join(ROOT, folder, 'dist')))) say('building …');
  const tsc = join(ROOT, 'node_modules/@typescript/native/bin/tsc');
  const done = spawnSync(node, [tsc, '--build', ...projects], { cwd: ROOT, env: environment, stdio: ['ignore', 2, 2] });
  if (done.status !== 0) fail('The build failed. The errors are above; correct them and try again.');
}

function start(entry) {
  const child = spawn(node, [entry, ...rest], { env: environment, stdio: 'inherit' });
  child.once('error', (error) => fail(`Could not start ${entry}: ${error.message}`));
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // Ctrl-C on a terminal reaches the child by itself; a second one would read as "stop at once".
      if (signal !== 'SIGINT' || process.stdin.isTTY !== true) child.kill(signal);
    });
  }
  whenOrphaned(() => child.kill('SIGTERM'));
}

/** npm starts this through a shell that passes no signal on: when npm is told to stop, only the shell's death tells. */
function whenOrphaned(act) {
  const parent = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(check);
    act();
  }, PARENT_CHECK_MS);
  check.unref();
}
