import type { ServiceDefinition } from '@caisson/service';
import { WebhookIngestSettings } from './settings.js';
import { WebhookIngestModule } from './webhook-ingest.module.js';

/** Takes signed webhook deliveries and records them; what follows from them is for others. */
export const webhookIngestService: ServiceDefinition<typeof WebhookIngestSettings> = {
  name: 'webhook-ingest',
  settings: WebhookIngestSettings,
  migrations: [],
  routes: ['/webhooks'],
  consumesEvents: false,
  module: (frame) => WebhookIngestModule.register(frame),
};

export { WebhookIngestSettings } from './settings.js';
