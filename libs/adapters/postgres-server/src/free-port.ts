import { createServer } from 'node:net';
import { Fault } from '@caisson/kernel';

/**
 * Below the ranges from which systems take the ports of outgoing connections: any connection of any process may take
 * one of those a moment later, and those of a server's own clients while it restarts.
 */
const FIRST_PORT = 20_000;
const PORTS = 11_000;
const TRIES_MAX = 200;

/** Tried or given out by this process: who asks for several has not opened the first when asking for the next. */
const given = new Set<number>();

/**
 * A TCP port on 127.0.0.1 that was free a moment ago and that only a server would take.
 *
 * @throws Fault `no-free-port`.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Fault('no-free-port', `no free port from ${FIRST_PORT} to ${FIRST_PORT + PORTS} in ${TRIES_MAX} tries`, {
    retryable: true,
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
