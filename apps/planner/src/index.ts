import { ENGINE_MIGRATIONS, openEngines } from '@caisson/engines';
import { announceEngines, CreateInstalledEngine } from '@caisson/installed-engines-postgres';
import type { ServiceDefinition } from '@caisson/service';
import { UseCredential } from '@caisson/tenancy';
import { PlannerModule } from './planner.module.js';
import { PlannerSettings } from './settings.js';

/** The planner: owns plans, reacts to runs that ask for one, and has the engines say what would change. */
export const plannerService: ServiceDefinition<typeof PlannerSettings> = {
  name: 'planner',
  settings: PlannerSettings,
  migrations: [...ENGINE_MIGRATIONS, CreateInstalledEngine],
  routes: [],
  consumesEvents: true,
  module: async (frame) => {
    const engines = await openEngines({
      ...frame,
      environment: process.env,
      credentials: (sealer) => new UseCredential({ ...frame, sealer }),
    });
    frame.runInBackground('installed engines', announceEngines({ ...frame, ...engines }));
    return PlannerModule.register(frame, engines);
  },
};

export { PlannerSettings } from './settings.js';
