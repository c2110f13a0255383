import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeDataDirectory } from './data-directory.js';
import { startStandalone } from './standalone.js';

const folder = mkdtempSync(join(tmpdir(), 'caisson-start-'));
chmodSync(folder, 0o755); // As root, Postgres runs as another user.
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the data folder', () => {
  it('is made with the folders above it, and found again', async () => {
    const path = join(folder, 'a', 'b');
    expect(await makeDataDirectory(path)).toBe(path);
    expect(await makeDataDirectory(path)).toBe(path);
    expect(statSync(path).isDirectory()).toBe(true);
  });

  it.runIf(existsSync('/proc/self'))('is refused by name where no folder can be made', async () => {
    for (const path of ['/proc/caisson', '/proc/caisson/data']) {
      await expect(makeDataDirectory(path)).rejects.toMatchObject({
        code: 'data-directory-unreachable',
        message: expect.stringContaining(path) as string,
      });
    }
  });
});

it('refuses a wrong setting of a service by its name before a database is started for it', async () => {
  const dataDirectory = join(folder, 'never');
  const environment = { CAISSON_DATA_DIR: dataDirectory, CAISSON_PORT: '0', CAISSON_LOG_LEVEL: 'silent' };
  await expect(startStandalone({ ...environment, CAISSON_DATABASE_POOL_MAX: 'many' })).rejects.toMatchObject({
    code: 'settings-invalid',
    message: expect.stringContaining('CAISSON_DATABASE_POOL_MAX') as string,
  });
  expect(existsSync(join(dataDirectory, 'postgres'))).toBe(false);
});
