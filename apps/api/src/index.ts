import type { ServiceDefinition } from '@caisson/service';
import { ApiModule } from './api.module.js';
import { ApiSettings } from './settings.js';

/** The API: owns deployments, tenants and principals, reacts to everybody's facts, and answers callers. */
export const apiService: ServiceDefinition<typeof ApiSettings> = {
  name: 'api',
  settings: ApiSettings,
  migrations: [],
  routes: ['/api', '/docs'],
  consumesEvents: true,
  module: (frame) => ApiModule.register(frame),
};

export { ApiSettings } from './settings.js';
