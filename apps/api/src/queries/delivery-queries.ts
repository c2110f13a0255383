import type { DeliveryListQuery, DeliveryResource } from '@caisson/contracts';
import type { DocumentStore } from '@caisson/event-sourcing';
import { PageCursors } from '@caisson/http';
import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DOCUMENTS } from '../tokens.js';
import { FOREIGN_COLLECTIONS } from './foreign-collections.js';
import { readPage, type Page } from './read-page.js';

/** One delivery; undefined when the tenant has none with the id. */
export class FindDelivery extends Query<DeliveryResource | undefined> {
  constructor(
    readonly tenantId: string,
    readonly id: string,
  ) {
    super();
  }
}

/** The deliveries to the hooks of a tenant. */
export class ListDeliveries extends Query<Page<DeliveryResource>> {
  constructor(
    readonly tenantId: string,
    readonly filter: DeliveryListQuery,
  ) {
    super();
  }
}

/** Answers `FindDelivery`. */
@QueryHandler(FindDelivery)
export class FindDeliveryHandler implements IQueryHandler<FindDelivery> {
  constructor(@Inject(DOCUMENTS) private readonly documents: DocumentStore) {}

  async execute({ id, tenantId }: FindDelivery): Promise<DeliveryResource | undefined> {
    return (await this.documents.get<DeliveryResource>(tenantId, FOREIGN_COLLECTIONS.delivery, id))?.body;
  }
}

/** Answers `ListDeliveries`. */
@QueryHandler(ListDeliveries)
export class ListDeliveriesHandler implements IQueryHandler<ListDeliveries> {
  constructor(
    @Inject(DOCUMENTS) private readonly documents: DocumentStore,
    private readonly cursors: PageCursors,
  ) {}

  execute({ filter, tenantId }: ListDeliveries): Promise<Page<DeliveryResource>> {
    const { cursor, limit, sort, ...equals } = filter;
    const part = { cursor, limit, sort };
    const request = { tenantId, collection: FOREIGN_COLLECTIONS.delivery, equals, ...part };
    return readPage(this.documents, this.cursors, request);
  }
}
