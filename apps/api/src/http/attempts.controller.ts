import { LogAnswer, LogQuery } from '@caisson/contracts';
import { AccessGuard, CalledBy, Operation, type Caller } from '@caisson/http';
import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ReadAttemptLog } from '../queries/attempt-queries.js';
import { apiProblem } from './api-problems.js';
import { AttemptId } from './path-parameters.js';

/** What tools said in one attempt, while they run and after. */
@UseGuards(AccessGuard)
@Controller('api/v1/attempts/:id')
export class AttemptsController {
  constructor(private readonly queries: QueryBus) {}

  @Get('log')
  @Operation({
    summary: 'Read what a tool said in an attempt, from a line on; waits for more while it runs',
    access: 'deployment:read',
    answer: LogAnswer,
  })
  async readAttemptLog(
    @Param('id', { schema: AttemptId }) id: string,
    @Query({ schema: LogQuery }) part: LogQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<LogAnswer> {
    const log = await this.queries.execute(new ReadAttemptLog(tenantId, id, part));
    if (log !== undefined) return log;
    throw apiProblem('attempt-not-found', 'Check the id. It may also belong to somebody else.');
  }
}
