import { ENGINE_MIGRATIONS, openEngines, type Engines } from '@caisson/engines';
import { registerStateBackend } from '@caisson/engine-terraform';
import type { ServiceDefinition, ServiceFrame } from '@caisson/service';
import { ExecutorModule } from './executor.module.js';
import { ExecutorSettings } from './settings.js';

/** The engines of each executor of this process: made with its module, served with its HTTP server. */
const enginesOf = new WeakMap<ServiceFrame<ExecutorSettings>, Engines>();

/** The executor: owns executions, does what deployments ask for through the engines, and keeps Terraform's state. */
export const executorService: ServiceDefinition<typeof ExecutorSettings> = {
  name: 'executor',
  settings: ExecutorSettings,
  migrations: ENGINE_MIGRATIONS,
  routes: ['/terraform'],
  consumesEvents: true,
  module: async (frame) => {
    const { settings, service, database, clock, ids } = frame;
    const engines = await openEngines({ settings, service, database, clock, ids, environment: process.env });
    enginesOf.set(frame, engines);
    return ExecutorModule.register(frame, engines);
  },
  configureHttp: (fastify, frame) => {
    const engines = enginesOf.get(frame);
    if (engines !== undefined) registerStateBackend(fastify, engines.stateBackend);
  },
};

export { ExecutorModule } from './executor.module.js';
export { ExecutorSettings } from './settings.js';
