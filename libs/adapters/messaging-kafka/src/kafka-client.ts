import { createRequire } from 'node:module';
import type * as NativeChecksums from '@node-rs/crc32';
import type * as KafkaJs from 'kafkajs';
import { recordEncoderFor } from './record-patch.js';
import { stopIdleWakeUps, type RequestQueue } from './idle-patch.js';
import type { Log } from './log.js';

// Loaded as CommonJS, so that tracing can wrap it in place before anyone holds a reference to its parts.
const require = createRequire(import.meta.url);

// Before kafkajs is loaded: its parts hold on to the encoder that they find then.
const recordModule = 'kafkajs/src/protocol/recordBatch/record/v0';
const encoder = require('kafkajs/src/protocol/encoder') as { readonly prototype: object };
require(recordModule);
const loadedRecordModule = require.cache[require.resolve(recordModule)];
if (loadedRecordModule !== undefined) loadedRecordModule.exports = recordEncoderFor(encoder.prototype);
const checksumModule = 'kafkajs/src/protocol/recordBatch/crc32C';
require(checksumModule);
const loadedChecksumModule = require.cache[require.resolve(checksumModule)];
const nativeChecksum = loadNativeChecksum();
if (loadedChecksumModule !== undefined && nativeChecksum !== undefined) loadedChecksumModule.exports = nativeChecksum;

/** The Kafka client library, without its busy loop, with a leaner encoder and a faster checksum. */
export const kafkajs = require('kafkajs') as typeof KafkaJs;

const requestQueue = require('kafkajs/src/network/requestQueue') as { readonly prototype: RequestQueue };
stopIdleWakeUps(requestQueue.prototype);

/** CRC-32C by the processor's own instruction; undefined where no binary was built for this machine. */
function loadNativeChecksum(): ((bytes: Buffer) => number) | undefined {
  try {
    return (require('@node-rs/crc32') as typeof NativeChecksums).crc32c;
  } catch {
    return undefined; // kafkajs has one in JavaScript: a third of what publishing costs, and as right.
  }
}

/** How to reach Kafka. */
export interface KafkaConnection {
  /** One or more addresses, `host:port`. */
  readonly brokers: readonly string[];
  /** Shown in the broker's logs and quotas. */
  readonly clientId: string;
  readonly log: Log;
}

/**
 * Limits of one request. A broker that is away is noticed within a second or two, a silent one within some more; who
 * called decides what then, and has other things to do meanwhile.
 */
const REQUEST_LIMITS = {
  connectionTimeout: 1000,
  requestTimeout: 5000,
  retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 3 },
} as const;

/** A client with our limits. Its log lines become ours; what kafkajs calls an error is a warning: it tries again. */
export function connectKafka(connection: KafkaConnection): KafkaJs.Kafka {
  const { Kafka, logLevel } = kafkajs;
  const isDue = memoryOf(connection.log);
  return new Kafka({
    clientId: connection.clientId,
    brokers: [...connection.brokers],
    ...REQUEST_LIMITS,
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ namespace, log }) => {
        const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...fields } = log;
        if (isDue(message)) connection.log.warn({ ...fields, part: `kafkajs ${namespace}` }, `kafkajs: ${message}`);
      },
  });
}

/** kafkajs says the same ten times a second while a broker is away. */
const REPEAT_AFTER_MS = 30_000;
const MESSAGES_REMEMBERED_MAX = 200;

/** Clients come and go during an outage; what was said is remembered by who hears it. */
const memories = new WeakMap<Log, (message: string) => boolean>();

function memoryOf(log: Log): (message: string) => boolean {
  const known = memories.get(log);
  if (known !== undefined) return known;
  const saidMs = new Map<string, number>();
  const isDue = (message: string): boolean => {
    const nowMs = performance.now();
    if (nowMs - (saidMs.get(message) ?? Number.NEGATIVE_INFINITY) < REPEAT_AFTER_MS) return false;
    if (saidMs.size >= MESSAGES_REMEMBERED_MAX) saidMs.clear();
    saidMs.set(message, nowMs);
    return true;
  };
  memories.set(log, isDue);
  return isDue;
}
