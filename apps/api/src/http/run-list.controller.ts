import { pageOf, RunListQuery, RunResource } from '@caisson/contracts';
import { AccessGuard, CalledBy, Operation, type Caller } from '@caisson/http';
import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { z } from 'zod';
import { ListRuns } from '../queries/run-queries.js';
import { showPage } from './found.js';
import { showRun } from './views.js';

const RunPage = pageOf(RunResource);

/** Runs over all deployments: what goes on, and what waits for approval. */
@UseGuards(AccessGuard)
@Controller('api/v1/runs')
export class RunListController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation({
    summary: 'List the runs of all deployments, newest first',
    access: 'deployment:read',
    answer: RunPage,
  })
  async listAllRuns(
    @Query({ schema: RunListQuery }) query: RunListQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<z.infer<typeof RunPage>> {
    return showPage(await this.queries.execute(new ListRuns(tenantId, query)), showRun);
  }
}
