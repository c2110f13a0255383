import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createLimitedServer } from '@caisson/http';
import { Fault } from '@caisson/kernel';
import type { RunningService } from '@caisson/service';

/**
 * One port for several services: each request goes to the service that owns the first segment of its path, all others
 * to the first service. No rule of the business lives here.
 */
export class Front {
  readonly #server: Server;

  constructor(services: readonly RunningService[]) {
    const [first] = services;
    this.#server = createLimitedServer((request: IncomingMessage, response: ServerResponse) => {
      const owner =
        services.find(({ routes }) => routes.some((route) => startsWith(request.url ?? '/', route))) ?? first;
      owner?.fastify.routing(request, response);
    });
  }

  /** Starts to listen; gives the port. @throws Fault `port-unavailable` with the remedy. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error) => {
        reject(portFault(error, host, port));
      });
      this.#server.listen(port, host, () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  /** Takes no new requests and resolves when the running ones have been answered. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeIdleConnections();
    });
  }
}

/** Tells early that a port cannot be had, before anything was started for it. @throws Fault `port-unavailable`. */
export function checkPortIsFree(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => {
      reject(portFault(error, host, port));
    });
    probe.listen(port, host, () => {
      probe.close(() => {
        resolve();
      });
    });
  });
}

function portFault(error: Error & { readonly code?: string }, host: string, port: number): Fault {
  const why =
    error.code === 'EADDRINUSE'
      ? 'is taken by another program. Stop that program, or set CAISSON_PORT to another port (0 for any that is free)'
      : `cannot be had: ${error.message}. Set CAISSON_HOST and CAISSON_PORT to an address and a port of this machine`;
  return new Fault('port-unavailable', `The port ${port} of ${host} ${why}.`, {
    retryable: false,
    cause: error,
  });
}

function startsWith(url: string, route: string): boolean {
  const path = url.split('?', 1)[0] ?? '/';
  return path === route || path.startsWith(`${route}/`);
}
