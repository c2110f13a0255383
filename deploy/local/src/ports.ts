import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Fault } from '@caisson/kernel';

/** Below the range from which outgoing connections take theirs, so that a port is free again after a restart. */
const FIRST_PORT = 20_000;
const PORTS = 11_000;
const TRIES_MAX = 200;

/**
 * The ports of a server in a directory: chosen free once and kept there, so that it comes back under the same address.
 *
 * @throws Fault `no-free-port`.
 */
export async function stablePorts(directory: string, count: number, wanted?: number): Promise<readonly number[]> {
  const file = join(directory, 'ports');
  const kept = readPorts(file);
  if (kept.length === count && (wanted === undefined || kept[0] === wanted)) return kept;
  const ports: number[] = wanted === undefined ? [] : [wanted];
  for (let tries = 0; ports.length < count; tries += 1) {
    if (tries === TRIES_MAX) throw new Fault('no-free-port', `no free port in ${TRIES_MAX} tries`, { retryable: true });
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (!ports.includes(port) && (await isFree(port))) ports.push(port);
  }
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, ports.join(' '));
  return ports;
}

function readPorts(file: string): readonly number[] {
  try {
    return readFileSync(file, 'utf8').split(' ').map(Number);
  } catch {
    return [];
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
