import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { readSettings } from '@caisson/service';
import { ExecutorSettings } from '../settings.js';
import { ExecutorCheckWorld } from './check-world.js';

const probes = { status: async () => 200, connect: async () => undefined };
const world = new ExecutorCheckWorld({
  probes,
  commands: { say: '/bin/echo', fail: '/bin/false', sleep: '/bin/sleep', env: '/usr/bin/env' },
  environment: { PATH: process.env['PATH'], LD_PRELOAD: '/tmp/evil.so', SECRET: 'sesame' },
});

async function run(command: string, args: readonly string[] = [], signal = new AbortController().signal) {
  const lines: string[] = [];
  const call = {
    tenantId: 't',
    deploymentId: 'd',
    command,
    args,
    signal,
    log: (line: string) => void lines.push(line),
  };
  return { code: await world.run(call), lines };
}

it('runs what is allowed, and no shell reads the arguments', async () => {
  expect(await run('say', ['$(id)', ';', 'rm -rf /', '`id`'])).toEqual({ code: 0, lines: ['$(id) ; rm -rf / `id`'] });
  expect(await run('fail')).toMatchObject({ code: 1 });
});

it('gives nothing of our environment away', async () => {
  const { lines } = await run('env');
  expect(lines.join('\n')).not.toMatch(/sesame|LD_PRELOAD/);
});

it.each(['rm', '/bin/echo', '__proto__', 'toString'])('does not run %s', async (command) => {
  await expect(run(command)).rejects.toMatchObject({ code: 'check-command-not-allowed', retryable: false });
});

it('stops it on the signal, with a folder that is gone afterwards', async () => {
  const stop = new AbortController();
  const running = run('sleep', ['60'], stop.signal);
  setTimeout(() => stop.abort(), 200);
  expect(await running).toMatchObject({ code: undefined });
  expect((await readdir(tmpdir())).filter((name) => name.startsWith('caisson-check-'))).toEqual([]);
});

it.each(['nothing', '[]', '{"a b": "/bin/echo"}', '{"echo": "bin/echo"}', '{"echo": 7}'])(
  'is not set to %s',
  (text) => {
    const settings = { CAISSON_EXECUTOR_CHECK_COMMANDS: text };
    expect(() => readSettings(ExecutorSettings, settings)).toThrow('CAISSON_EXECUTOR_CHECK_COMMANDS');
  },
);
