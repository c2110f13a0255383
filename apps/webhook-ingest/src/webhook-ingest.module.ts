import type { CommandRuntime, DocumentStore } from '@caisson/event-sourcing';
import { CallbackTokens, WebhookSecrets } from '@caisson/http';
import { AcceptCallback, AcceptDelivery } from '@caisson/webhooks';
import { Module, type DynamicModule } from '@nestjs/common';
import { CALLBACK_TOKENS, CallbacksController } from './http/callbacks.controller.js';
import { Hooks } from './hooks.js';
import { WebhooksController } from './http/webhooks.controller.js';
import { loadHooks, type WebhookIngestSettings } from './settings.js';

/** What webhook-ingest works with: a part of the frame of every service. */
export interface WebhookIngestPorts {
  readonly settings: Pick<WebhookIngestSettings, 'webhookHooks' | 'callbackSecret' | 'callbackPreviousSecret'>;
  readonly runtime: CommandRuntime;
  readonly documents: Pick<DocumentStore, 'get'>;
}

/** Webhook-ingest: the only place where its ports meet its controller. */
@Module({})
export class WebhookIngestModule {
  /** @throws Fault `settings-invalid` when the secret of a hook cannot be read. */
  static async register({ documents, runtime, settings }: WebhookIngestPorts): Promise<DynamicModule> {
    const { callbackPreviousSecret: previous, callbackSecret: secret, webhookHooks } = settings;
    const tokens = secret === undefined ? undefined : new CallbackTokens(secret, previous);
    const made = secret === undefined ? undefined : new WebhookSecrets(secret, previous);
    const hooks = new Hooks(await loadHooks(webhookHooks), { clock: runtime.clock, documents, secrets: made });
    return {
      module: WebhookIngestModule,
      controllers: [CallbacksController, WebhooksController],
      providers: [
        { provide: AcceptDelivery, useValue: new AcceptDelivery(runtime) },
        { provide: AcceptCallback, useValue: new AcceptCallback(runtime, documents) },
        { provide: CALLBACK_TOKENS, useValue: { of: tokens } },
        { provide: Hooks, useValue: hooks },
      ],
    };
  }
}
