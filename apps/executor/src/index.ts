import { CreateAttemptLog } from '@caisson/attempt-log-postgres';
import { ENGINE_MIGRATIONS, openEngines } from '@caisson/engines';
import { registerStateBackend } from '@caisson/engine-terraform';
import { announceEngines, CreateInstalledEngine } from '@caisson/installed-engines-postgres';
import { tryCheck } from '@caisson/execution';
import type { ServiceDefinition } from '@caisson/service';
import { UseCredential } from '@caisson/tenancy';
import { ExecutorModule } from './executor.module.js';
import { ExecutorSettings } from './settings.js';
import { checkWorldOf } from './world/check-world.js';

/** Tables of the engines, of what tools say, and of what is installed. */
export const EXECUTOR_MIGRATIONS = [...ENGINE_MIGRATIONS, CreateAttemptLog, CreateInstalledEngine];

/** The executor: owns executions, does what deployments ask for through the engines, and keeps Terraform's state. */
export const executorService: ServiceDefinition<typeof ExecutorSettings> = {
  name: 'executor',
  settings: ExecutorSettings,
  migrations: EXECUTOR_MIGRATIONS,
  routes: ['/terraform'],
  consumesEvents: true,
  module: async (frame) => {
    const world = checkWorldOf(frame.settings);
    const engines = await openEngines({
      ...frame,
      environment: process.env,
      trials: { try: (check, call) => tryCheck({ ...call, world, clock: frame.clock }, check) },
      credentials: (sealer) => new UseCredential({ ...frame, sealer }),
    });
    frame.runInBackground('installed engines', announceEngines({ ...frame, ...engines }));
    frame.configureHttp((fastify) => {
      registerStateBackend(fastify, engines.stateBackend);
    });
    return ExecutorModule.register(frame, engines);
  },
};

export { ExecutorSettings } from './settings.js';
