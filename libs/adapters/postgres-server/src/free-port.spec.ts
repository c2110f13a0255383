import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort } from './free-port.js';

const FIRST_PORT_OF_CONNECTIONS = 32_768; // Of Linux; those of other systems are higher.

describe('a free port', () => {
  it('is never one that an outgoing connection could take before the server opens it', async () => {
    const ports = await Promise.all(Array.from({ length: 100 }, () => freePort()));
    expect(Math.max(...ports)).toBeLessThan(FIRST_PORT_OF_CONNECTIONS);
    expect(new Set(ports).size).toBe(ports.length);
  });

  it('can be opened', async () => {
    const server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    await new Promise((resolve) => server.close(resolve));
  });
});
