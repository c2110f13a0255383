import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@caisson/observability';

/** Sends Nest's own words to the service's log; its chatter at start goes to debug. */
export class NestLog implements LoggerService {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.#log.debug({ rest }, String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#log.error({ rest }, String(message));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#log.warn({ rest }, String(message));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.#log.debug({ rest }, String(message));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.#log.debug({ rest }, String(message));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.#log.error({ rest }, String(message));
  }
}
