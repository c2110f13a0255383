import { createRequire } from 'node:module';
import type * as KafkaJs from 'kafkajs';
import { stopIdleWakeUps, type RequestQueue } from './idle-patch.js';
import type { Log } from './log.js';

// Loaded as CommonJS, so that tracing can wrap it in place before anyone holds a reference to its parts.
const require = createRequire(import.meta.url);

/** The Kafka client library, without its busy loop. */
export const kafkajs = require('kafkajs') as typeof KafkaJs;

const requestQueue = require('kafkajs/src/network/requestQueue') as { readonly prototype: RequestQueue };
stopIdleWakeUps(requestQueue.prototype);

/** How to reach Kafka. */
export interface KafkaConnection {
  /** One or more addresses, `host:port`. */
  readonly brokers: readonly string[];
  /** Shown in the broker's logs and quotas. */
  readonly clientId: string;
  readonly log: Log;
}

/** Limits of one request. A dead broker is noticed within seconds, and who called decides what then. */
const REQUEST_LIMITS = {
  connectionTimeout: 1000,
  requestTimeout: 5000,
  retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 8 },
} as const;

/** A client with our limits. Its log lines become ours; what kafkajs calls an error is a warning: it tries again. */
export function connectKafka(connection: KafkaConnection): KafkaJs.Kafka {
  const { Kafka, logLevel } = kafkajs;
  return new Kafka({
    clientId: connection.clientId,
    brokers: [...connection.brokers],
    ...REQUEST_LIMITS,
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ level, namespace, log }) => {
        const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...fields } = log;
        write(connection.log, level, logLevel)({ ...fields, part: `kafkajs ${namespace}` }, `kafkajs: ${message}`);
      },
  });
}

function write(log: Log, level: KafkaJs.logLevel, levels: typeof KafkaJs.logLevel): Log['warn'] {
  return level <= levels.WARN
    ? (fields, message) => log.warn(fields, message)
    : (fields, message) => log.info(fields, message);
}
