import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '@caisson/postgres-server';
import { eventually, markedProcessesOf } from '@caisson/testing';
import { makeTemporaryDirectory } from './temporary-directory.js';

const ROOT = join(import.meta.dirname, '../../..');
const MAIN = join(ROOT, 'apps/standalone/dist/main.js');

/** `npm start` without the building, as a person has it in a terminal. */
class Terminal {
  readonly child: ChildProcess;
  shown = '';

  constructor(environment: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, [MAIN], { env: { ...process.env, CAISSON_DURABLE: 'false', ...environment } });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (part) => (this.shown += String(part)));
  }

  async untilReady(): Promise<void> {
    await eventually('Caisson to say that it is ready', () => this.shown.includes('/run-states'), 60_000);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }

  async untilEnded(): Promise<number | null> {
    if (this.child.exitCode === null) await once(this.child, 'exit');
    return this.child.exitCode;
  }
}

describe('npm start', () => {
  let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
  let place: { readonly CAISSON_DATA_DIR: string; readonly CAISSON_PORT: string };
  let terminals: Terminal[] = [];

  beforeAll(async () => {
    directory = await makeTemporaryDirectory();
    place = { CAISSON_DATA_DIR: join(directory.path, 'data'), CAISSON_PORT: String(await freePort()) };
  });
  afterEach(async () => {
    for (const terminal of terminals) await terminal.end('SIGINT');
    terminals = [];
  });
  afterAll(() => directory.remove());

  function open(environment: Readonly<Record<string, string>> = place): Terminal {
    const terminal = new Terminal(environment);
    terminals.push(terminal);
    return terminal;
  }

  it('shows where it is and commands that work as they are pasted; Ctrl-C leaves no process', async () => {
    const terminal = open();
    await terminal.untilReady();
    expect(terminal.shown).toContain(`http://127.0.0.1:${place.CAISSON_PORT}`);
    const commands = (terminal.shown.split('Try:\n')[1] ?? '').split('\n').filter((line) => line.startsWith('  '));
    const script = join(directory.path, 'pasted.sh');
    await writeFile(script, `set -e\n${commands.join('\n').replaceAll('curl ', 'curl -sS --fail ')}\n`);
    const { stdout } = await promisify(execFile)('bash', [script]);
    expect(commands.filter((line) => line.includes('curl'))).toHaveLength(3);
    expect(stdout).toContain('"ready":true');
    expect(stdout).toContain('"role":"admin"');
    expect(stdout).toContain('"transitions"');
    const docs = await fetch(`http://127.0.0.1:${place.CAISSON_PORT}/docs`);
    expect([docs.status, docs.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect((await markedProcessesOf(place.CAISSON_DATA_DIR)).length).toBeGreaterThan(0);
    await terminal.end('SIGINT');
    expect(await markedProcessesOf(place.CAISSON_DATA_DIR)).toEqual([]);
  });

  it('finds everything again after a kill that left its Postgres running', async () => {
    const terminal = open();
    await terminal.untilReady();
    await terminal.end('SIGKILL');
    const again = open();
    await again.untilReady();
    const answer = await fetch(`http://127.0.0.1:${place.CAISSON_PORT}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: 'a long pass phrase' }),
    });
    expect(answer.status).toBe(200);
    await again.end('SIGINT');
    expect(await markedProcessesOf(place.CAISSON_DATA_DIR)).toEqual([]);
  });

  it('leaves nothing running when npm is told to stop, whose shell passes no signal on', async () => {
    const npm = spawn('npm', ['start'], { cwd: ROOT, env: { ...process.env, CAISSON_DURABLE: 'false', ...place } });
    npm.stderr.resume();
    let shown = '';
    npm.stdout.on('data', (part) => (shown += String(part)));
    try {
      await eventually('Caisson to say that it is ready', () => shown.includes('/run-states'), 60_000);
    } finally {
      npm.kill('SIGTERM');
    }
    const left = async (): Promise<boolean> => (await markedProcessesOf(place.CAISSON_DATA_DIR)).length === 0;
    await eventually('all of its processes to end', left, 30_000);
  });

  it('says what to do when its data folder is in use or its port is taken, and disturbs nobody', async () => {
    const first = open();
    await first.untilReady();
    const same = open({ ...place, CAISSON_PORT: '0' });
    expect(await same.untilEnded()).toBe(1);
    expect(same.shown).toContain(`Another Caisson (process ${first.child.pid ?? 0}) uses the data folder`);
    expect(same.shown).toContain('CAISSON_DATA_DIR');
    const other = open({ ...place, CAISSON_DATA_DIR: join(directory.path, 'other') });
    expect(await other.untilEnded()).toBe(1);
    expect(other.shown).toContain(`The port ${place.CAISSON_PORT} of 127.0.0.1 is taken`);
    expect(other.shown).toContain('CAISSON_PORT');
    expect((await fetch(`http://127.0.0.1:${place.CAISSON_PORT}/readyz`)).status).toBe(200);
  });

  it('names the setting that is wrong when its folder or its address cannot be had', async () => {
    const inFile = open({ CAISSON_DATA_DIR: join(MAIN, 'data'), CAISSON_PORT: '0' });
    expect(await inFile.untilEnded()).toBe(1);
    expect(inFile.shown).toMatch(/The data folder \S+ cannot be made: .*Set CAISSON_DATA_DIR to another folder\./);
    const elsewhere = open({ ...place, CAISSON_HOST: '192.0.2.1' });
    expect(await elsewhere.untilEnded()).toBe(1);
    expect(elsewhere.shown).toContain('Set CAISSON_HOST and CAISSON_PORT');
    expect(elsewhere.shown).not.toContain('Stop that program');
  });
});
