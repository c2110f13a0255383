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
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    messageKey: 'message',
    mixin: () => ({ ...currentStory() }),
    redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`]), censor: CENSORED },
    serializers: { error: pino.stdSerializers.errWithCause, err: pino.stdSerializers.errWithCause },
  };
  const root = options.destination === undefined ? pino(settings) : pino(settings, options.destination);
  return speakingFor(options.service, root);
}

/** Children of the root only: the line of a child of a child would name two services. */
function speakingFor(service: string, root: PinoLogger): Logger {
  return Object.assign(root.child({ service }), { of: (other: string) => speakingFor(other, root) });
}
