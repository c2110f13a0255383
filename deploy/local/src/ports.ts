import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@caisson/postgres-server';

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
  while (ports.length < count) ports.push(await freePort());
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
