import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgresServer } from '@caisson/postgres-server';
import type { TestProject } from 'vitest/node';

/** Global set-up of suites with a database: one throwaway server a run. Ends it afterwards. */
export default async function startPostgresForRun(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'caisson-test-postgres-'));
  await chmod(directory, 0o755); // As root the server runs as another user, who must get in.
  const server = await startPostgresServer({
    dataDirectory: join(directory, 'data'),
    persistent: false,
    password: 'test', // Throwaway data.
    durable: false,
  });
  project.provide('postgresUrl', server.url);
  return async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
}
