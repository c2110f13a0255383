import { messageOf } from '@caisson/kernel';
import { createLogger, Metrics } from '@caisson/observability';
import type { z } from 'zod';
import { openFoundation } from './foundation.js';
import { Health } from './health.js';
import { startService } from './service.js';
import type { ServiceDefinition } from './service-definition.js';
import { CommonSettings, printableSettings, readSettings, type Environment } from './settings.js';
import { Shutdown } from './shutdown.js';

/**
 * Runs one service as a process of its own: reads its settings, connects, listens, and stops in order on SIGTERM or
 * SIGINT. Ends the process with 0 after a stop, 1 when the start failed or only a restart helps.
 *
 * @param stopTracing - what `startTracing` gave, which ran before this package was loaded.
 */
export async function runProcess<Schema extends z.ZodObject>(
  definition: ServiceDefinition<Schema>,
  environment: Environment,
  stopTracing: () => Promise<void>,
): Promise<void> {
  let log = createLogger({ service: definition.name, level: 'info' });
  try {
    const settings = readSettings(definition.settings, environment);
    const common = readSettings(CommonSettings, environment);
    log = createLogger({ service: definition.name, level: common.logLevel });
    log.info({ settings: printableSettings(settings) }, 'starting');
    const shutdown = new Shutdown(log);
    shutdown.add('connections', 'tracing', stopTracing);
    const [health, metrics] = [new Health(), new Metrics(true)];
    endOnSignals(shutdown, health);
    const onFatal = (reason: string): void => {
      log.error({ reason }, 'only a restart helps; ending');
      void shutdown.run().finally(() => process.exit(1));
    };
    const { migrations } = definition;
    const foundation = await openFoundation({ settings: common, log, metrics, health, shutdown, migrations });
    const around = { settings, foundation, log, metrics, health, shutdown, onFatal };
    const service = await startService(definition, around);
    const address = await service.fastify.listen({ host: common.host, port: common.port });
    log.info({ address }, 'ready');
  } catch (error) {
    log.error({ error }, `cannot start: ${messageOf(error)}`);
    process.exit(1);
  }
}

/** Stops on the first SIGTERM or SIGINT; a second one ends the process at once. */
export function endOnSignals(shutdown: Shutdown, health: Health): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    health.drain(); // Not ready from now on, but still answering.
    void shutdown.run().finally(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
