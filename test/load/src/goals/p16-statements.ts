import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenedEventStore } from '@caisson/event-store-postgres';
import type { Figures } from '../harness/goal.js';

interface Sends {
  query(...request: unknown[]): unknown;
}

/** Whatever touches the tables of leases and of claims. */
const LEASES = /\b(?:from|update|into)\s+(?:lease|job)\b|acquire_lease/i;

/** Counts for a while what all clients of this process's driver send. */
export async function watchStatements(pool: OpenedEventStore['pool'], forMs: number): Promise<Figures> {
  const client = await pool.connect();
  const prototype = Object.getPrototypeOf(client) as Sends;
  client.release();
  const { query } = prototype;
  const texts: string[] = [];
  prototype.query = function (this: Sends, ...request: unknown[]): unknown {
    texts.push(textOf(request[0]));
    return query.apply(this, request);
  };
  const started = performance.now();
  try {
    await sleep(forMs);
  } finally {
    prototype.query = query;
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    statementsPerS: texts.length / seconds,
    leaseStatementsPerS: texts.filter((text) => LEASES.test(text)).length / seconds,
  };
}

function textOf(request: unknown): string {
  if (typeof request === 'string') return request;
  if (typeof request === 'object' && request !== null && 'text' in request) return String(request.text);
  return '';
}
