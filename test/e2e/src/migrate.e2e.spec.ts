import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ServiceProcess } from '@caisson/local';
import { databaseUrl, freePort, startPostgresServer, type PostgresServer } from '@caisson/postgres-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTemporaryDirectory } from './temporary-directory.js';

const MAIN = join(import.meta.dirname, '../../../apps/planner/dist/main.js');
const MIGRATE_MS_MAX = 60_000;

const run = promisify(execFile);

describe('a service that is told to `--migrate`', () => {
  let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
  let postgres: PostgresServer;
  let settings: Readonly<Record<string, string>>;
  let ownerUrl: string;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory();
    const dataDirectory = join(directory.path, 'postgres');
    postgres = await startPostgresServer({ dataDirectory, persistent: false, durable: false, password: 'owner' });
    ownerUrl = databaseUrl(postgres.url, 'postgres');
    const app = new URL(ownerUrl);
    app.username = 'caisson_app';
    app.password = 'app';
    settings = {
      CAISSON_DATABASE_URL: app.href,
      CAISSON_ENCRYPTION_KEY: `k1:${randomBytes(32).toString('base64')}`,
      CAISSON_DATA_DIR: join(directory.path, 'work'),
      CAISSON_STATE_BACKEND_URL: 'http://127.0.0.1:1',
    };
  });
  afterAll(async () => {
    await postgres.stop();
    await directory.remove();
  });

  async function migrate(environment: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const options = { env: { PATH: process.env['PATH'] ?? '', ...environment }, timeout: MIGRATE_MS_MAX };
    const { stdout } = await run(process.execPath, [MAIN, '--migrate'], options);
    const [line = ''] = stdout.split('\n').filter((one) => one.includes('the tables are up to date'));
    return (JSON.parse(line) as { migrations: readonly string[] }).migrations;
  }

  it('says which setting it needs', async () => {
    await expect(migrate(settings)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('--migrate needs CAISSON_DATABASE_OWNER_URL') as string,
    });
  });

  it('brings the tables up to date and ends; after that the service runs without the right to', async () => {
    const owner = { ...settings, CAISSON_DATABASE_OWNER_URL: ownerUrl };
    expect((await migrate(owner)).length).toBeGreaterThan(10);
    expect(await migrate(owner)).toEqual([]);
    const service = new ServiceProcess({
      ...{ name: 'planner', app: 'planner', port: await freePort(), readyPath: '/readyz' },
      ...{ environment: settings, directory: join(directory.path, 'logs') },
    });
    await service.start();
    await service.stop();
  });
});
