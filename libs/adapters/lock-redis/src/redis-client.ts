import { createRequire } from 'node:module';
import type * as IoRedis from 'ioredis';
import type * as RedlockModule from 'redlock';

// Loaded as CommonJS, so that tracing can wrap it in place before anyone holds a reference to its parts.
const require = createRequire(import.meta.url);
const { Redis } = require('ioredis') as typeof IoRedis;
const redlockModule = require('redlock') as typeof RedlockModule;

/** The distributed lock of the library `redlock`. */
export type Redlock = RedlockModule.default;

const CONNECT_MS_MAX = 1000;
const COMMAND_MS_MAX = 500;
const RECONNECT_MS_MAX = 500;

/**
 * A connection that fails within half a second instead of waiting, and comes back by itself. Operators see its name.
 */
export function connectRedis(url: string, connectionName: string): IoRedis.Redis {
  return new Redis(url, {
    connectionName,
    connectTimeout: CONNECT_MS_MAX,
    commandTimeout: COMMAND_MS_MAX,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false, // Otherwise a command waits for a Redis that is away, for half a minute and more.
    retryStrategy: (attempts) => Math.min(RECONNECT_MS_MAX, attempts * 50),
  });
}

/** Locks that are tried once: who waits, and how long, is decided by the caller. */
export function createRedlock(redis: IoRedis.Redis): Redlock {
  return new redlockModule.default([redis], { retryCount: 0 });
}

/** Whether the attempt failed because another holds the lock, rather than because Redis did not answer. */
export async function isHeldByAnother(error: unknown): Promise<boolean> {
  if (!(error instanceof redlockModule.ExecutionError)) return false;
  const attempts = await Promise.all(error.attempts);
  return attempts.some((attempt) =>
    [...attempt.votesAgainst.values()].some((vote) => vote instanceof redlockModule.ResourceLockedError),
  );
}
