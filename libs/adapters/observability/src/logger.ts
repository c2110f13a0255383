import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { currentStory } from './story.js';

/** Structured log: one JSON line an entry. `fields` are data, `message` is constant text. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** The same log for another service of the process: its lines name that service instead. */
  of(service: string): Logger;
}

/** The least important lines that are written. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** The log of a whole process. */
export interface ProcessLogger extends Logger {
  /** May be set at any time; counts for all services of the process from the next line on. */
  level: LogLevel;
}

/** How to log. */
export interface LoggerOptions {
  readonly service: string;
  readonly level: LogLevel;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

const CENSORED = '(secret)';

/** Member names whose values are never logged, at the top and one level down. */
const SECRET_NAMES = [
  'password',
  'token',
  'accessToken',
  'access_token',
  'refresh_token',
  'bootstrapToken',
  'secret',
  'authorization',
  'encryptionKey',
  'jwtSecret',
  'jwtPrivateKey',
  'currentPassword',
  'newPassword',
  'refreshToken',
  'invitation',
  'apiKey',
  'keySecret',
  'cookie',
];

/** Makes the log of a process. Lines carry service, level, time, correlation id and the error with its causes. */
export function createLogger(options: LoggerOptions): ProcessLogger {
  const settings = {
    level: options.level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    messageKey: 'message',
    mixin: () => ({ ...currentStory() }),
    redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`]), censor: CENSORED },
    serializers: { error: pino.stdSerializers.errWithCause, err: pino.stdSerializers.errWithCause },
  };
  const root = options.destination === undefined ? pino(settings) : pino(settings, options.destination);
  return new ServiceLoggers(root).of(options.service);
}

/**
 * The logs of the services of a process, one for each: children of the root only, as the line of a child of a child
 * would name two services. Pino lets each child have a level of its own, so a change is brought to all.
 */
class ServiceLoggers {
  readonly #root: PinoLogger;
  readonly #byService = new Map<string, PinoLogger>();

  constructor(root: PinoLogger) {
    this.#root = root;
  }

  of(service: string): ProcessLogger {
    const known = this.#byService.get(service);
    const logger = known ?? this.#root.child({ service });
    this.#byService.set(service, logger);
    return new ServiceLogger(logger, this);
  }

  set level(level: LogLevel) {
    for (const logger of [this.#root, ...this.#byService.values()]) logger.level = level;
  }
}

class ServiceLogger implements ProcessLogger {
  readonly #pino: PinoLogger;
  readonly #all: ServiceLoggers;

  constructor(logger: PinoLogger, all: ServiceLoggers) {
    this.#pino = logger;
    this.#all = all;
  }

  debug(fields: object, message: string): void {
    this.#pino.debug(fields, message);
  }

  info(fields: object, message: string): void {
    this.#pino.info(fields, message);
  }

  warn(fields: object, message: string): void {
    this.#pino.warn(fields, message);
  }

  error(fields: object, message: string): void {
    this.#pino.error(fields, message);
  }

  of(service: string): Logger {
    return this.#all.of(service);
  }

  get level(): LogLevel {
    return this.#pino.level as LogLevel;
  }

  set level(level: LogLevel) {
    this.#all.level = level;
  }
}
