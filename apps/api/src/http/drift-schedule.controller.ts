import { DriftScheduleRequest, DriftScheduleResource } from '@caisson/contracts';
import type { ScheduleProblem } from '@caisson/drift';
import { AccessGuard, CalledBy, Operation, type Caller } from '@caisson/http';
import { Body, Controller, Delete, Get, HttpCode, Param, Put, UseGuards } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { RemoveScheduleCommand, SetScheduleCommand } from '../commands/drift-commands.js';
import { FindDeployment } from '../queries/deployment-queries.js';
import { FindDriftSchedule } from '../queries/drift-queries.js';
import { apiProblem } from './api-problems.js';
import { commandContextOf } from './command-context.js';
import { found, NOT_THERE } from './found.js';
import { Id } from './path-parameters.js';

/** When a deployment is scanned without being asked. */
@UseGuards(AccessGuard)
@Controller('api/v1/deployments/:id/drift-schedule')
export class DriftScheduleController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Operation({
    summary: 'Read the schedule by which a deployment is scanned',
    access: 'drift:read',
    answer: DriftScheduleResource,
    readsStream: 'schedule',
    problems: ['deployment-not-found', 'drift-schedule-not-found'],
  })
  async readDriftSchedule(
    @Param('id', { schema: Id }) id: string,
    @CalledBy() { tenantId }: Caller,
  ): Promise<DriftScheduleResource> {
    await this.statusOf(tenantId, id);
    const schedule = await this.queries.execute(new FindDriftSchedule(tenantId, id));
    return found(schedule, 'drift-schedule-not-found', 'PUT one to this address.');
  }

  @Put()
  @Operation({
    summary: 'Scan a deployment by a schedule, in place of what there was',
    access: 'drift:scan',
    answer: DriftScheduleResource,
    problems: ['deployment-not-found', 'deployment-deleted'],
    example: { cron: '0 3 * * *', timeZone: 'Europe/Berlin', autoRemediate: false },
  })
  async setDriftSchedule(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: DriftScheduleRequest }) schedule: DriftScheduleRequest,
    @CalledBy() caller: Caller,
  ): Promise<DriftScheduleResource> {
    if ((await this.statusOf(caller.tenantId, id)) === 'deleted') {
      throw apiProblem('deployment-deleted', 'There is nothing to scan any more.');
    }
    const request = { deploymentId: id, schedule, context: commandContextOf(caller) };
    const problem = await this.commands.execute(new SetScheduleCommand(request));
    if (problem !== undefined) throw notUnderstood(problem);
    return this.readDriftSchedule(id, caller);
  }

  @Delete()
  @HttpCode(204)
  @Operation({
    summary: 'Scan a deployment by no schedule any more',
    access: 'drift:scan',
    problems: ['deployment-not-found'],
  })
  async removeDriftSchedule(@Param('id', { schema: Id }) id: string, @CalledBy() caller: Caller): Promise<void> {
    await this.statusOf(caller.tenantId, id);
    const request = { deploymentId: id, context: commandContextOf(caller) };
    await this.commands.execute(new RemoveScheduleCommand(request));
  }

  private async statusOf(tenantId: string, id: string): Promise<string> {
    const deployment = await this.queries.execute(new FindDeployment(tenantId, id));
    return found(deployment, 'deployment-not-found', NOT_THERE).view.status;
  }
}

function notUnderstood({ detail, member }: ScheduleProblem): Error {
  return apiProblem('unprocessable-request', {
    detail: 'The schedule cannot be followed. Correct the place named in errors. Nothing was changed.',
    errors: [{ pointer: `/${member}`, detail }],
  });
}
