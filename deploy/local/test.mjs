// `npm test`: every check and every suite, one after the other; a failure never hides what comes after it.
// The last line is the sum. `npm test -- unit tidy` runs only those.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const IN_CI = process.env.CI === 'true';
const KILL_GRACE_MS = 10_000;
const MINUTE_MS = 60_000;

/** What some suites need and npm cannot install: how to see it and how to get it. */
const TOOLS = {
  terraform: {
    present: () => onPath('terraform') || onPath('tofu'),
    get: 'install Terraform or OpenTofu and put it on PATH',
  },
  redis: { present: () => onPath('redis-server'), get: 'install it: apt-get install redis-server' },
  kafka: {
    present: () => onPath('java') && onPath('mvn'),
    get: 'install Java 17 and Maven, which fetch it: apt-get install openjdk-17-jre-headless maven',
  },
  prometheus: {
    present: () => onPath('promtool'),
    get: 'install it: apt-get install prometheus',
  },
  python: {
    present: () => onPath('python3') && spawnSync('python3', ['-c', 'import venv, ensurepip']).status === 0,
    get: 'install it with what makes environments: apt-get install python3-venv',
  },
};

const nx = (target) => ['nx', 'run-many', '--target', target, '--output-style', 'static'];
const STEPS = [
  { name: 'build', run: nx('build'), limitMs: 5 * MINUTE_MS },
  { name: 'typecheck', run: nx('typecheck'), limitMs: 5 * MINUTE_MS },
  { name: 'lint', run: nx('lint'), limitMs: 10 * MINUTE_MS },
  { name: 'format', run: ['prettier', '--check', '--log-level', 'warn', '.'], limitMs: 2 * MINUTE_MS },
  { name: 'unit', limitMs: 5 * MINUTE_MS },
  { name: 'tidy', limitMs: 5 * MINUTE_MS },
  { name: 'simulation', limitMs: 6 * MINUTE_MS },
  // Most of its time is waiting for servers and leases: a second worker halves it, even on two cores.
  { name: 'integration', workers: 2, limitMs: 15 * MINUTE_MS },
  { name: 'distributed', needs: ['kafka', 'redis'], limitMs: 10 * MINUTE_MS },
  { name: 'fault', needs: ['kafka', 'redis'], limitMs: 12 * MINUTE_MS },
  { name: 'e2e', limitMs: 20 * MINUTE_MS },
  { name: 'schemathesis', needs: ['python'], limitMs: 8 * MINUTE_MS },
];

const reports = mkdtempSync(join(tmpdir(), 'caisson-test-report-'));
process.once('exit', () => rmSync(reports, { recursive: true, force: true }));

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !STEPS.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`Unknown suite ${unknown.join(', ')}. Use: ${STEPS.map((step) => step.name).join(', ')}.`);
  process.exit(2);
}

const absent = Object.keys(TOOLS).filter((tool) => !TOOLS[tool].present());
const rows = IN_CI ? absent.map((tool) => ({ ...nothing(`has ${tool}`), failed: 1 })) : [];
for (const tool of absent) {
  const consequence = IN_CI ? 'this run fails' : 'what needs it is SKIPPED';
  console.log(`\n!!! ${tool} is not on this machine: ${consequence}. To have it, ${TOOLS[tool].get}.`);
}
for (const step of STEPS) {
  if (wanted.length === 0 || wanted.includes(step.name)) rows.push(await perform(step));
}
conclude(rows);

function onPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function nothing(name) {
  return { name, passed: 0, failed: 0, skipped: 0, seconds: 0, note: '' };
}

async function perform(step) {
  const lacking = (step.needs ?? []).filter((tool) => absent.includes(tool));
  if (lacking.length > 0) {
    return { ...nothing(step.name), skipped: 1, note: `skipped: no ${lacking.join(', no ')}` };
  }
  console.log(`\n=== ${step.name}`);
  const started = performance.now();
  const report = join(reports, `${step.name}.json`);
  const { status, note } = await execute(step.run ?? vitest(step, report), step.limitMs, step.run !== undefined);
  const seconds = (performance.now() - started) / 1000;
  const counted = step.run === undefined ? countsOf(report) : { passed: status === 0 ? 1 : 0 };
  const row = { ...nothing(step.name), ...counted, seconds };
  if (note !== undefined) row.note = note;
  if (status !== 0 && row.failed === 0) row.failed = 1; // It broke outside of any test.
  return row;
}

function vitest({ name, workers }, report) {
  const reporters = ['--reporter', 'default', '--reporter', 'json', '--outputFile.json', report];
  const atOnce = workers === undefined ? [] : ['--maxWorkers', String(workers)];
  return ['vitest', 'run', '--project', name, '--passWithNoTests', ...atOnce, ...reporters];
}

/**
 * Runs a program in a process group of its own, so that its limit and Ctrl-C end all of it. A quiet one shows what it
 * said only when it failed.
 */
function execute([program, ...args], limitMs, quiet) {
  return new Promise((finish) => {
    const child = spawn(join(ROOT, 'node_modules/.bin', program), args, {
      cwd: ROOT,
      env: { ...process.env, ...(process.stdout.isTTY ? {} : { NO_COLOR: '1', FORCE_COLOR: '0' }) },
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
      detached: true,
    });
    let note;
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk));
    const end = (signal) => {
      try {
        process.kill(-child.pid, signal);
      } catch {
        // It ended by itself.
      }
    };
    const limit = setTimeout(() => {
      note = `stopped after ${limitMs / MINUTE_MS} minutes`;
      end('SIGTERM');
      setTimeout(end, KILL_GRACE_MS, 'SIGKILL').unref();
    }, limitMs);
    const interrupt = (signal) => {
      end(signal);
      setTimeout(() => process.exit(130), KILL_GRACE_MS).unref();
      child.once('exit', () => process.exit(130));
    };
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
    child.once('error', (error) => finish({ status: 1, note: error.message }));
    child.once('close', (status) => {
      clearTimeout(limit);
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
      if (status !== 0) process.stdout.write(failuresOf(Buffer.concat(output).toString()));
      finish({ status: status ?? 1, note });
    });
  });
}

/** What an Nx run printed, without the tasks that went well. */
function failuresOf(output) {
  const blocks = output.split(/^(?=> nx run |.*NX +Running target .* failed)/m).slice(1);
  const failures = blocks.filter((block) => !block.startsWith('> nx run ') || block.includes('non-zero status code'));
  return failures.length === 0 ? output : failures.join('');
}

/** Sums a JSON report. A file that failed before its first test counts as one failure. */
function countsOf(report) {
  if (!existsSync(report)) return {};
  const result = JSON.parse(readFileSync(report, 'utf8'));
  const broken = result.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + broken.length,
    skipped: result.numPendingTests + result.numTodoTests,
    note: slowest(result.testResults),
  };
}

function slowest(files) {
  const [first] = files
    .map((file) => ({ path: relative(ROOT, file.name), seconds: (file.endTime - file.startTime) / 1000 }))
    .sort((left, right) => right.seconds - left.seconds);
  return first === undefined ? 'no tests' : `slowest: ${first.path} (${first.seconds.toFixed(1)} s)`;
}

function conclude(all) {
  const sum = (field) => all.reduce((total, row) => total + row[field], 0);
  const print = (name, row) => {
    const numbers = [row.passed, row.failed, row.skipped].map((value) => String(value).padStart(8)).join('');
    console.log(`${name.padEnd(14)}${numbers}${`${row.seconds.toFixed(1)} s`.padStart(10)}  ${row.note}`);
  };
  console.log('\nsuite           passed  failed skipped      time');
  for (const row of all) print(row.name, row);
  const total = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped'), seconds: sum('seconds') };
  print('all', { ...total, note: '' });
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}
