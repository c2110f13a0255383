import { Fault, messageOf } from '@caisson/kernel';
import { createLogger, Metrics } from '@caisson/observability';
import type { z } from 'zod';
import { debugOnSignal } from './debug-on-signal.js';
import { migrateDatabase, openFoundation } from './foundation.js';
import { Health } from './health.js';
import { startService } from './service.js';
import type { ServiceDefinition } from './service-definition.js';
import { CommonSettings, printableSettings, readSettings, type Environment } from './settings.js';
import { Shutdown } from './shutdown.js';

/** Makes a process only bring its tables up to date, and end: `node apps/api/dist/main.js --migrate`. */
const MIGRATE_ONLY = '--migrate';

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
    debugOnSignal(log);
    if (process.argv.includes(MIGRATE_ONLY)) {
      log.info({ migrations: await migrateOnly(common, definition) }, 'the tables are up to date; ending');
      process.exit(0);
    }
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

function migrateOnly(
  { databaseOwnerUrl, databaseUrl }: CommonSettings,
  { migrations }: Pick<ServiceDefinition, 'migrations'>,
): Promise<readonly string[]> {
  if (databaseOwnerUrl === undefined) {
    const text = `${MIGRATE_ONLY} needs CAISSON_DATABASE_OWNER_URL: the owner of the tables.`;
    throw new Fault('settings-invalid', text, { retryable: false });
  }
  return migrateDatabase({ databaseOwnerUrl, databaseUrl }, migrations);
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
