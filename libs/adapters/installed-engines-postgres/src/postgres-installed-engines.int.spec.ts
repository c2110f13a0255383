import type { Engine } from '@caisson/engine';
import { migrate } from '@caisson/event-store-postgres';
import type { Clock } from '@caisson/kernel';
import { createTestDatabase, eventually, type TestDatabase } from '@caisson/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { announceEngines } from './announce-engines.js';
import { CreateInstalledEngine } from './create-installed-engine.migration.js';
import { PostgresInstalledEngines } from './postgres-installed-engines.js';

let database: TestDatabase;
let owner: pg.Pool;
let services: pg.Pool;
let installed: PostgresInstalledEngines;

beforeAll(async () => {
  database = await createTestDatabase();
  const url = new URL(database.url);
  const name = `app_${url.pathname.slice(1)}`;
  await migrate({ ownerUrl: url.href, migrations: [CreateInstalledEngine], appRole: { name, password: 'app' } });
  owner = new pg.Pool({ connectionString: url.href, max: 1 });
  [url.username, url.password] = [name, 'app'];
  services = new pg.Pool({ connectionString: url.href, max: 2 });
  installed = new PostgresInstalledEngines(services);
});
afterAll(async () => {
  await Promise.all([owner.end(), services.end()]);
  await database.drop();
});

const versions = (pairs: Readonly<Record<string, string>>) => new Map(Object.entries(pairs));

it('knows what the last process of each service said, and forgets what that one has not', async () => {
  await installed.announce('executor', versions({ terraform: '1.13.4', sandbox: '1.0.0' }));
  await installed.announce('planner', versions({ terraform: '1.13.4' }));
  await installed.announce('executor', versions({ terraform: '1.14.0' }));
  expect(await installed.of('executor')).toEqual(versions({ terraform: '1.14.0' }));
  expect(await installed.of('planner')).toEqual(versions({ terraform: '1.13.4' }));
  expect(await installed.of('nobody')).toEqual(new Map());
});

it('is told again until it was heard, without the engines that do not answer', async () => {
  const engine = (capabilities: () => Promise<{ version: string }>) => ({ capabilities }) as unknown as Engine;
  const registry = new Map([
    ['good', engine(() => Promise.resolve({ version: '2' }))],
    ['silent', engine(() => Promise.reject(new Error('no answer')))],
  ]);
  const clock = { sleep: () => new Promise<void>((resolve) => setTimeout(resolve, 10)) } as unknown as Clock;
  const warnings: string[] = [];
  const log = { warn: (_detail: object, message: string) => warnings.push(message) };
  await owner.query('alter table installed_engine rename to hidden');
  const loop = announceEngines({ service: 'late', registry, database: services, clock, log });
  loop.start();
  await eventually('a failure', () => Promise.resolve(warnings.length > 0 ? true : undefined));
  await owner.query('alter table hidden rename to installed_engine');
  await eventually('the engines to be known', async () => ((await installed.of('late')).size > 0 ? true : undefined));
  await loop.stop();
  expect(await installed.of('late')).toEqual(versions({ good: '2' }));
});
