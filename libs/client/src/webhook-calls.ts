import { bodyOf, type Api } from './api.js';
import type { components } from './openapi-types.js';
import { pagesOf } from './pages.js';
import type { WebhookAnswer, WebhookResource } from './resources.js';

/** What is asked of the webhooks of the tenant. */
export class WebhookCalls {
  constructor(private readonly api: Api) {}

  /** Its secret is in this answer and in no other. */
  create(body: components['schemas']['WebhookRequest']): Promise<WebhookAnswer> {
    return bodyOf(this.api.POST('/api/v1/webhooks', { body }));
  }

  list(): AsyncGenerator<WebhookResource, void> {
    return pagesOf((query) => bodyOf(this.api.GET('/api/v1/webhooks', { params: { query } })));
  }

  read(id: string): Promise<WebhookResource> {
    return bodyOf(this.api.GET('/api/v1/webhooks/{id}', { params: { path: { id } } }));
  }

  /** Gives it a new secret; the old one is good beside it for so many hours. */
  rotate(id: string, overlapHours?: number): Promise<WebhookAnswer> {
    const body = overlapHours === undefined ? {} : { overlapHours };
    return bodyOf(this.api.POST('/api/v1/webhooks/{id}/rotate', { params: { path: { id } }, body }));
  }

  /** What comes to its address is refused from then on. */
  async remove(id: string): Promise<void> {
    await this.api.DELETE('/api/v1/webhooks/{id}', { params: { path: { id } } });
  }
}
