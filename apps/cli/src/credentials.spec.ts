import { mkdir, mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CredentialStore, type Credentials } from './credentials.js';

/** Long, so that a renewed token stays fresh while time is moved. */
const EXPIRES_S = 36_000;

let folder: string;
let server: Server;
let store: CredentialStore;
let kept: Credentials;
let onRenewal: () => Promise<unknown>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caisson-credentials-'));
  store = new CredentialStore({ XDG_CONFIG_HOME: folder });
  onRenewal = async () => undefined;
  server = createServer((_request, response) => {
    void onRenewal().then(() => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ access_token: 'renewed', refresh_token: 'next', expires_in: EXPIRES_S }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const account = { url, tenant: 'default', username: 'mia' };
  kept = { ...account, accessToken: 'old', accessExpiresAt: 0, refreshToken: 'once' };
  await store.write(kept);
});
afterEach(async () => {
  vi.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

/** Each look at the clock of waiting is five seconds after the one before. */
function hurry(): void {
  const [now, elapsed] = [Date.now.bind(Date), performance.now.bind(performance)];
  let aheadMs = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs);
  vi.spyOn(performance, 'now').mockImplementation(() => elapsed() + (aheadMs += 5_000));
}

describe('the lock of a renewal', () => {
  it('is waited out when a process left it behind just now', async () => {
    await mkdir(`${store.path}.lock`);
    hurry();
    onRenewal = async () => vi.restoreAllMocks();
    expect(await store.freshToken(kept)).toBe('renewed');
    expect(await readdir(join(folder, 'caisson'))).toEqual(['credentials.json']);
  });

  it('may be gone when the renewal is over', async () => {
    onRenewal = () => rmdir(`${store.path}.lock`);
    expect(await store.freshToken(kept)).toBe('renewed');
  });
});
