import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startStandaloneProcess, type StandaloneProcess } from '@caisson/local';
import { eventually, lacks } from '@caisson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pythonWith } from './python-with.js';

// Schemathesis makes requests out of the document that is checked in and holds every answer against it.

const run = promisify(execFile);
const CONFIGURATION = join(import.meta.dirname, '../python/schemathesis');
const DOCUMENT = join(import.meta.dirname, '../../../docs/reference/openapi.json');
const LIMIT_MS = 240_000;
const NETWORK = { name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.1.0.0/16' } };

/** A machine asks as fast as it can, and names versions that will never come. */
const WITHOUT_WAITING = {
  CAISSON_MIN_VERSION_WAIT_MS: '0',
  CAISSON_RATE_CALLER_PER_MINUTE: '0',
  CAISSON_RATE_ADDRESS_PER_MINUTE: '0',
  CAISSON_RATE_LOGIN_PER_MINUTE: '0',
};

describe.skipIf(lacks('python'))('Schemathesis', () => {
  let directory: string;
  let caisson: StandaloneProcess;
  let token = '';

  async function ask<T>(path: string, body?: object): Promise<T> {
    const response = await fetch(`${caisson.url}/api/v1${path}`, {
      headers: { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Lists that are empty say little. */
  async function fill(): Promise<void> {
    for (const autoApprove of [true, false]) {
      const body = { name: 'shop', autoApprove, resources: [NETWORK] };
      const { run: made } = await ask<{ run: { id: string } }>('/deployments', body);
      await eventually('the run to rest', async () => {
        const { state } = await ask<{ state: string }>(`/runs/${made.id}`);
        return ['completed', 'awaiting_approval'].includes(state);
      });
    }
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caisson-schemathesis-'));
    await chmod(directory, 0o755); // Postgres does not run as root.
    const settings = { dataDirectory: join(directory, 'data'), durable: false, environment: WITHOUT_WAITING };
    caisson = await startStandaloneProcess(settings);
    const account = { username: 'admin', password: 'correct horse battery staple' };
    await ask('/auth/register', { ...account, bootstrapToken: caisson.bootstrapToken });
    token = (await ask<{ access_token: string }>('/auth/login', account)).access_token;
    await fill();
  });
  afterAll(async () => {
    await caisson.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it(
    'finds no answer with 5xx, and none that is not as the document says',
    async () => {
      const python = await pythonWith(join(CONFIGURATION, 'requirements.txt'));
      const args = ['--config-file', join(CONFIGURATION, 'schemathesis.toml')];
      const target = ['run', DOCUMENT, '--url', caisson.url, '--no-color'];
      const options = { env: { ...process.env, CAISSON_TOKEN: token }, cwd: directory, timeout: LIMIT_MS };
      const said = await run(join(python, '../st'), [...args, ...target], options).catch((error: unknown) =>
        expect.fail((error as { readonly stdout?: string }).stdout ?? String(error)),
      );
      expect(Number(/(\d+) generated/.exec(said.stdout)?.[1])).toBeGreaterThan(3_000);
      expect((await ask<{ username: string }>('/auth/me')).username).toBe('admin'); // Nothing ended the session.
    },
    LIMIT_MS + 120_000,
  );
});
