import { AttemptResource, LogAnswer, LogQuery } from '@caisson/contracts';
import { AccessGuard, CalledBy, Operation, type Caller } from '@caisson/http';
import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { FindAttempt, ReadAttemptLog } from '../queries/attempt-queries.js';
import { found } from './found.js';
import { AttemptId } from './path-parameters.js';
import { showAttempt } from './views.js';

/** Tries of tasks, and what tools said in them, while they run and after. */
@UseGuards(AccessGuard)
@Controller('api/v1/attempts/:id')
export class AttemptsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation({
    readsStream: 'execution',
    summary: 'Read an attempt',
    access: 'deployment:read',
    answer: AttemptResource,
    problems: ['attempt-not-found'],
  })
  async readAttempt(
    @Param('id', { schema: AttemptId }) id: string,
    @CalledBy() { tenantId }: Caller,
  ): Promise<AttemptResource> {
    return showAttempt(found(await this.queries.execute(new FindAttempt(tenantId, id)), 'attempt-not-found'));
  }

  @Get('log')
  @Operation({
    readsStream: 'execution',
    summary: 'Read what a tool said in an attempt, from a line on; waits for more while it runs',
    access: 'deployment:read',
    answer: LogAnswer,
    problems: ['attempt-not-found'],
  })
  async readAttemptLog(
    @Param('id', { schema: AttemptId }) id: string,
    @Query({ schema: LogQuery }) part: LogQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<LogAnswer> {
    return found(await this.queries.execute(new ReadAttemptLog(tenantId, id, part)), 'attempt-not-found');
  }
}
