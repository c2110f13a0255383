import { ENGINE_MIGRATIONS, openEngines } from '@caisson/engines';
import { CreateDriftSchedule } from '@caisson/schedules-postgres';
import type { ServiceDefinition } from '@caisson/service';
import { UseCredential } from '@caisson/tenancy';
import { DriftDetectorModule } from './drift-detector.module.js';
import { DriftDetectorSettings } from './settings.js';

/** The drift detector: owns drift scans, looks at the clock for them, and at the world through the engines. */
export const driftDetectorService: ServiceDefinition<typeof DriftDetectorSettings> = {
  name: 'drift-detector',
  settings: DriftDetectorSettings,
  migrations: [...ENGINE_MIGRATIONS, CreateDriftSchedule],
  routes: [],
  consumesEvents: true,
  module: async (frame) => {
    const engines = await openEngines({
      ...frame,
      environment: process.env,
      credentials: (sealer) => new UseCredential({ ...frame, sealer }),
    });
    return DriftDetectorModule.register(frame, engines.registry);
  },
};

export { DriftDetectorSettings } from './settings.js';
