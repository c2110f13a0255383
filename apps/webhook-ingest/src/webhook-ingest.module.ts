import type { CommandRuntime } from '@caisson/event-sourcing';
import { AcceptDelivery } from '@caisson/webhooks';
import { Module, type DynamicModule } from '@nestjs/common';
import { HOOKS, WebhooksController } from './http/webhooks.controller.js';
import { loadHooks, type WebhookIngestSettings } from './settings.js';

/** What webhook-ingest works with: a part of the frame of every service. */
export interface WebhookIngestPorts {
  readonly settings: Pick<WebhookIngestSettings, 'webhookHooks'>;
  readonly runtime: CommandRuntime;
}

/** Webhook-ingest: the only place where its ports meet its controller. */
@Module({})
export class WebhookIngestModule {
  /** @throws Fault `settings-invalid` when the secret of a hook cannot be read. */
  static async register({ runtime, settings }: WebhookIngestPorts): Promise<DynamicModule> {
    return {
      module: WebhookIngestModule,
      controllers: [WebhooksController],
      providers: [
        { provide: AcceptDelivery, useValue: new AcceptDelivery(runtime) },
        { provide: HOOKS, useValue: await loadHooks(settings.webhookHooks) },
      ],
    };
  }
}
