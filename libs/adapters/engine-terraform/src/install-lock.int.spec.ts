import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processIdentity } from '@caisson/event-store-postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { InstallLock } from './install-lock.js';

const never = new AbortController().signal;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'caisson-lock-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('is held by one at a time, also over processes', async () => {
  const path = join(folder, 'shared', 'lock');
  const locks = [new InstallLock(path, processIdentity()), new InstallLock(path, processIdentity())];
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await Promise.all(locks.flatMap((lock) => [lock.hold(never, work), lock.hold(never, work)]));
  expect(most).toBe(1);
  expect(existsSync(path)).toBe(false);
});

it('is given up when the work fails', async () => {
  const lock = new InstallLock(join(folder, 'failing'), processIdentity());
  await expect(lock.hold(never, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await expect(lock.hold(never, () => Promise.resolve(1))).resolves.toBe(1);
});

it('is taken over from a process that died', async () => {
  const child = spawn('sleep', ['600']);
  const [host] = processIdentity().split('/');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const path = join(folder, 'left');
  writeFileSync(path, `${host}/${child.pid}/1`);
  await expect(new InstallLock(path, processIdentity()).hold(never, () => Promise.resolve(1))).resolves.toBe(1);
});

it('lets go of who waits when told to stop', async () => {
  const path = join(folder, 'busy');
  writeFileSync(path, 'another-host/1/1');
  const stop = new AbortController();
  const waiting = new InstallLock(path, processIdentity()).hold(stop.signal, () => Promise.resolve(1));
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'tool-stopped', errorClass: 'transient' });
  expect(existsSync(path)).toBe(true);
});
