import { pino, type DestinationStream } from 'pino';
import { currentStory } from './story.js';

/** Structured log: one JSON line an entry. `fields` are data, `message` is constant text. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** A logger that adds these fields to every line. */
  child(fields: object): Logger;
}

/** How to log. */
export interface LoggerOptions {
  readonly service: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
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

/** Makes the logger of a service. Lines carry service, level, time, correlation id and the error with its causes. */
export function createLogger(options: LoggerOptions): Logger {
  const settings = {
    level: options.level,
    base: { service: options.service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    messageKey: 'message',
    mixin: () => ({ ...currentStory() }),
    redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`]), censor: CENSORED },
    serializers: { error: pino.stdSerializers.errWithCause, err: pino.stdSerializers.errWithCause },
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}
