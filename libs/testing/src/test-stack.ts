import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Addresses of the run's Kafka; set by the global set-up of the suites that need one. */
    kafkaBrokers: readonly string[];
    /** URL of the run's Redis. */
    redisUrl: string;
  }
}

/** Addresses of the Kafka that all suites of a run share: use topic and group names of your own. */
export function testKafkaBrokers(): readonly string[] {
  return inject('kafkaBrokers');
}

/** URL of the Redis that all suites of a run share: use key names of your own. */
export function testRedisUrl(): string {
  return inject('redisUrl');
}
