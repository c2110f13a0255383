import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeMissing, findPrerequisites, startKafka } from '@caisson/local';

/** A real broker for one goal, removed at the end. */
export interface BenchKafka {
  readonly brokers: readonly string[];
  stop(): Promise<void>;
}

/** Starts one node with empty topics. */
export async function startBenchKafka(): Promise<BenchKafka> {
  const directory = await mkdtemp(join(tmpdir(), 'caisson-bench-kafka-'));
  const kafka = await startKafka({ directory });
  return {
    brokers: kafka.brokers,
    stop: async () => {
      await kafka.stop('SIGTERM');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Why Kafka cannot be started here; undefined when it can. */
export function missingKafka(): string | undefined {
  return describeMissing(findPrerequisites().filter(({ name }) => name !== 'redis-server'));
}
