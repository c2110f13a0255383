import type { z } from 'zod';
import type { Logger, Metrics } from '@caisson/observability';
import {
  CommonSettings,
  openFoundation,
  readSettings,
  startService,
  type Environment,
  type Foundation,
  type Health,
  type RunningService,
  type ServiceDefinition,
  type Shutdown,
} from '@caisson/service';

/** What all services of the process share besides their connections. */
export interface Operations {
  readonly log: Logger;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly shutdown: Shutdown;
}

/** Tells what is wrong with their settings before anything is started for them. @throws Fault `settings-invalid`. */
export function checkSettings(definitions: readonly ServiceDefinition[], environment: Environment): void {
  for (const { settings } of definitions) readSettings(settings, environment);
}

/** Starts services in one process on shared connections, one after another. */
export async function startServices(
  definitions: readonly ServiceDefinition[],
  environment: Environment,
  operations: Operations,
): Promise<readonly RunningService[]> {
  const foundation = await openFoundation({
    ...operations,
    settings: readSettings(CommonSettings, environment),
    migrations: [...new Set(definitions.flatMap(({ migrations }) => migrations))],
  });
  const running: RunningService[] = [];
  for (const definition of definitions) {
    running.push(await start(definition, { ...operations, foundation, environment }));
  }
  return running;
}

function start(
  definition: ServiceDefinition,
  around: Operations & { readonly foundation: Foundation; readonly environment: Environment },
): Promise<RunningService> {
  const { foundation, environment, ...operations } = around;
  const settings: z.infer<typeof definition.settings> = readSettings(definition.settings, environment);
  return startService(definition, {
    ...operations,
    settings,
    foundation,
    log: operations.log.of(definition.name),
    onFatal: (reason) => {
      operations.log.error({ service: definition.name, reason }, 'a service needs a restart');
    },
  });
}
