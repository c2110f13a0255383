import type { WebhookListQuery } from '@caisson/contracts';
import type { DocumentStore } from '@caisson/event-sourcing';
import { PageCursors } from '@caisson/http';
import { WEBHOOKS, type WebhookDocument } from '@caisson/webhooks';
import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DOCUMENTS } from '../tokens.js';
import { readPage, type Page } from './read-page.js';

/** The webhooks of a tenant that were not removed. */
export class ListWebhooks extends Query<Page<WebhookDocument>> {
  constructor(
    readonly tenantId: string,
    readonly filter: WebhookListQuery,
  ) {
    super();
  }
}

/** One webhook; undefined when the tenant has none with the id, or has it no more. */
export class FindWebhook extends Query<WebhookDocument | undefined> {
  constructor(
    readonly tenantId: string,
    readonly id: string,
  ) {
    super();
  }
}

/** Answers `ListWebhooks`. */
@QueryHandler(ListWebhooks)
export class ListWebhooksHandler implements IQueryHandler<ListWebhooks> {
  constructor(
    @Inject(DOCUMENTS) private readonly documents: DocumentStore,
    private readonly cursors: PageCursors,
  ) {}

  execute({ filter, tenantId }: ListWebhooks): Promise<Page<WebhookDocument>> {
    const { kind, ...part } = filter;
    const request = { tenantId, collection: WEBHOOKS, equals: { status: 'active', kind }, ...part };
    return readPage(this.documents, this.cursors, request);
  }
}

/** Answers `FindWebhook`. */
@QueryHandler(FindWebhook)
export class FindWebhookHandler implements IQueryHandler<FindWebhook> {
  constructor(@Inject(DOCUMENTS) private readonly documents: DocumentStore) {}

  async execute({ id, tenantId }: FindWebhook): Promise<WebhookDocument | undefined> {
    const webhook = await this.documents.get<WebhookDocument>(tenantId, WEBHOOKS, id);
    return webhook?.body.status === 'active' ? webhook.body : undefined;
  }
}
