import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startKafka } from './kafka.js';
import { describeMissing, findPrerequisites } from './prerequisites.js';
import { startRedis } from './redis.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Addresses of the run's Kafka; set by the global set-up of the suites that need one. */
    kafkaBrokers: readonly string[];
    /** URL of the run's Redis. */
    redisUrl: string;
  }
}

/**
 * Global set-up of suites with a real Kafka and a real Redis: one throwaway server of each a run, ended afterwards.
 *
 * @throws Error that names each program that is missing on this machine and how to get it.
 */
export default async function startKafkaAndRedisForRun(project: TestProject): Promise<() => Promise<void>> {
  const missing = describeMissing(findPrerequisites());
  if (missing !== undefined) throw new Error(missing);
  const directory = await mkdtemp(join(tmpdir(), 'caisson-test-stack-'));
  const kafka = await startKafka({ directory: join(directory, 'kafka') });
  const redis = await startRedis({ directory: join(directory, 'redis') });
  project.provide('kafkaBrokers', kafka.brokers);
  project.provide('redisUrl', redis.url);
  return async () => {
    await Promise.all([kafka.stop('SIGKILL'), redis.stop('SIGKILL')]);
    await rm(directory, { recursive: true, force: true });
  };
}
