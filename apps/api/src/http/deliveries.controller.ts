import { DeliveryListQuery, DeliveryResource, pageOf } from '@caisson/contracts';
import { AccessGuard, CalledBy, Operation, type Caller } from '@caisson/http';
import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { FindDelivery, ListDeliveries } from '../queries/delivery-queries.js';
import { found, showPage } from './found.js';
import { Id } from './path-parameters.js';

const DeliveryPage = pageOf(DeliveryResource);

/** What forges told us, and what was made of it. */
@UseGuards(AccessGuard)
@Controller('api/v1/deliveries')
export class DeliveriesController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation({
    summary: 'List the deliveries to the webhooks of the tenant, newest first',
    access: 'deployment:read',
    answer: DeliveryPage,
  })
  async listDeliveries(
    @Query({ schema: DeliveryListQuery }) query: DeliveryListQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<unknown> {
    return showPage(await this.queries.execute(new ListDeliveries(tenantId, query)), (delivery) => delivery);
  }

  @Get(':id')
  @Operation({
    summary: 'Read a delivery: what it said, and what was made of it',
    access: 'deployment:read',
    answer: DeliveryResource,
    problems: ['delivery-not-found'],
  })
  async readDelivery(
    @Param('id', { schema: Id }) id: string,
    @CalledBy() { tenantId }: Caller,
  ): Promise<DeliveryResource> {
    return found(await this.queries.execute(new FindDelivery(tenantId, id)), 'delivery-not-found');
  }
}
