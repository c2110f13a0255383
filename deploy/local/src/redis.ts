import { resolve } from 'node:path';
import { ask } from './ask.js';
import { startProcess, type ManagedProcess } from './managed-process.js';
import { stablePorts } from './ports.js';
import { redisCommand, remedyOf } from './prerequisites.js';

const READY_MS_MAX = 10_000;

/** Where a local server keeps its files, and on which port it listens. */
export interface LocalServerOptions {
  /** Made when it is not there. The same directory again means the same port and the same data. */
  readonly directory: string;
  /** Absent: a free one, kept for the directory. */
  readonly port?: number;
}

/** A real Redis on 127.0.0.1 without persistence: it forgets everything when it ends, as we allow it to. */
export interface LocalRedis extends ManagedProcess {
  /** `redis://127.0.0.1:<port>`. */
  readonly url: string;
  readonly port: number;
}

/**
 * Starts Redis (`REDIS_SERVER`, or `redis-server` on the path) and waits until it answers a PING.
 *
 * @throws Fault `local-start-failed` with the server's last words and how to get one.
 */
export async function startRedis(options: LocalServerOptions): Promise<LocalRedis> {
  const directory = resolve(options.directory);
  const [port = 0] = await stablePorts(directory, 1, options.port);
  const started = await startProcess({
    name: 'redis',
    command: redisCommand(),
    args: [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--daemonize', 'no'],
      ...['--save', '', '--appendonly', 'no', '--maxmemory', '128mb', '--maxmemory-policy', 'noeviction'],
    ],
    directory,
    mark: String(port), // Redis writes its command line anew; the port stays in it.
    isReady: () => ask(port, Buffer.from('PING\r\n'), (answer) => answer.toString().startsWith('+PONG')),
    readyMsMax: READY_MS_MAX,
    remedy: remedyOf('redis-server'),
  });
  return { ...started, port, url: `redis://127.0.0.1:${port}` };
}
