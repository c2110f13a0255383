import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandLineOf } from './command-line.js';
import { startKafka, stopKafka } from './kafka.js';
import { startProcess } from './managed-process.js';
import { startRedis } from './redis.js';

let directory: string;
const cleanUps: (() => Promise<void>)[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'caisson-local-'));
});

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  rmSync(directory, { recursive: true, force: true });
});

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

describe('a local Kafka', () => {
  it('comes back under the same address with the same data, killed or stopped', async () => {
    const first = await startKafka({ directory });
    cleanUps.push(() => stopKafka(directory, 'SIGKILL'));
    const clusterId = readFileSync(join(directory, 'cluster-id'), 'utf8');
    await first.stop('SIGKILL');
    expect(commandLineOf(first.pid)).toBeUndefined();
    expect(await canConnect(first.port)).toBe(false);
    const second = await startKafka({ directory });
    expect(second.brokers).toEqual(first.brokers);
    expect(second.pid).not.toBe(first.pid);
    expect(readFileSync(join(directory, 'data', 'meta.properties'), 'utf8')).toContain(clusterId);
    await stopKafka(directory);
    expect(commandLineOf(second.pid)).toBeUndefined();
  });
});

describe('a local Redis', () => {
  it('comes back under the same address; a second start ends the first process', async () => {
    const first = await startRedis({ directory });
    const second = await startRedis({ directory });
    cleanUps.push(() => second.stop('SIGKILL'));
    expect(second.url).toBe(first.url);
    expect(commandLineOf(first.pid)).toBeUndefined();
    process.kill(second.pid, 'SIGSTOP');
    await second.stop();
    expect(await canConnect(second.port)).toBe(false);
  });

  it('that does not start says why and what to do', async () => {
    process.env['REDIS_SERVER'] = 'no-such-redis';
    cleanUps.push(async () => {
      delete process.env['REDIS_SERVER'];
    });
    await expect(startRedis({ directory })).rejects.toMatchObject({
      code: 'local-start-failed',
      message: expect.stringMatching(/ENOENT.*REDIS_SERVER/s) as string,
    });
  });
});

it('does not end a process that only got the id of one of ours', async () => {
  writeFileSync(join(directory, 'other.pid'), `${process.pid} no-such-mark`);
  const started = await startProcess({
    name: 'other',
    command: process.execPath,
    args: ['-e', 'setInterval(() => undefined, 1000)', directory],
    directory,
    mark: directory,
    isReady: () => Promise.resolve(true),
    readyMsMax: 5000,
    remedy: 'none',
  });
  await started.stop('SIGKILL');
  expect(commandLineOf(started.pid)).toBeUndefined();
});
