import {
  ApprovalsAnswer,
  ApproveRequest,
  CommandAnswer,
  EmptyRequest,
  HistoryAnswer,
  pageOf,
  PageQuery,
  Plan,
  ReasonRequest,
  RunResource,
  TaskResource,
} from '@caisson/contracts';
import type { RunView } from '@caisson/deployment';
import { AccessGuard, CalledBy, Operation, type Caller } from '@caisson/http';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { ReadRunHistory, type History } from '../queries/history-queries.js';
import { FindPlan, FindRun, ListApprovals, ListTasks } from '../queries/run-queries.js';
import { found, showPage } from './found.js';
import { APPROVAL, commandOperation } from './operations.js';
import { Id } from './path-parameters.js';
import { RunCommands, type RunTarget } from './run-commands.js';
import { showRun, showTask } from './views.js';

const TaskPage = pageOf(TaskResource);

type Answer = Promise<CommandAnswer>;

/** Runs: what they are, and what can be asked of them. */
@UseGuards(AccessGuard)
@Controller('api/v1/runs/:id')
export class RunsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly run: RunCommands,
  ) {}

  @Get()
  @Operation({ summary: 'Read a run', access: 'deployment:read', answer: RunResource, problems: ['run-not-found'] })
  async readRun(@Param('id', { schema: Id }) id: string, @CalledBy() { tenantId }: Caller): Promise<RunResource> {
    return showRun(await this.existing(tenantId, id));
  }

  @Get('plan')
  @Operation({
    summary: 'Read the plan of a run',
    access: 'deployment:read',
    answer: Plan,
    problems: ['run-not-found', 'plan-not-found'],
  })
  async readRunPlan(@Param('id', { schema: Id }) id: string, @CalledBy() { tenantId }: Caller): Promise<unknown> {
    const { planDigest } = await this.existing(tenantId, id);
    const plan = planDigest === undefined ? undefined : await this.queries.execute(new FindPlan(tenantId, planDigest));
    return found(plan, 'plan-not-found', 'The run has no plan yet. Wait until it is planned.');
  }

  @Get('tasks')
  @Operation({
    summary: 'List the tasks of a run',
    access: 'deployment:read',
    answer: TaskPage,
    problems: ['run-not-found'],
  })
  async listTasks(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: PageQuery }) page: z.infer<typeof PageQuery>,
    @CalledBy() { tenantId }: Caller,
  ): Promise<unknown> {
    await this.existing(tenantId, id);
    return showPage(await this.queries.execute(new ListTasks(tenantId, id, page)), showTask);
  }

  @Get('events')
  @Operation({
    summary: 'Read all that happened in a run, in order',
    access: 'deployment:read',
    answer: HistoryAnswer,
    unpaged: 'a story is told in whole',
    problems: ['run-not-found'],
  })
  async readRunHistory(@Param('id', { schema: Id }) id: string, @CalledBy() { tenantId }: Caller): Promise<History> {
    const run = await this.existing(tenantId, id);
    return this.queries.execute(new ReadRunHistory(tenantId, run));
  }

  @Get('approvals')
  @Operation({
    summary: 'List the approvals that the plans of a run needed, oldest first',
    access: 'deployment:read',
    answer: ApprovalsAnswer,
    problems: ['run-not-found'],
    unpaged: 'one per plan of one run',
  })
  async listApprovals(
    @Param('id', { schema: Id }) id: string,
    @CalledBy() { tenantId }: Caller,
  ): Promise<z.infer<typeof ApprovalsAnswer>> {
    const run = await this.existing(tenantId, id);
    return { items: [...(await this.queries.execute(new ListApprovals(tenantId, run)))] };
  }

  @Post('approve')
  @HttpCode(202)
  @Operation(commandOperation('Approve the plan of a run by its digest', 'deployment:approve', APPROVAL))
  async approveRun(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: ApproveRequest }) body: z.infer<typeof ApproveRequest>,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Answer {
    return this.run.approve(await this.target(id, caller, reply), body);
  }

  @Post('reject')
  @HttpCode(202)
  @Operation(
    commandOperation('Turn the plan of a run down', 'deployment:approve', { example: { reason: 'Too dear.' } }),
  )
  async rejectRun(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: ReasonRequest }) body: z.infer<typeof ReasonRequest>,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Answer {
    return this.run.reject(await this.target(id, caller, reply), body);
  }

  @Post('cancel')
  @HttpCode(202)
  @Operation(commandOperation('Cancel a run', 'deployment:cancel', { example: { reason: 'Asked by mistake.' } }))
  async cancelRun(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: ReasonRequest }) body: z.infer<typeof ReasonRequest>,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Answer {
    return this.run.cancel(await this.target(id, caller, reply), body);
  }

  @Post('retry')
  @HttpCode(202)
  @Operation(commandOperation('Try a failed run again', 'deployment:create'))
  async retryRun(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: EmptyRequest }) _body: unknown,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Answer {
    return this.run.retry(await this.target(id, caller, reply));
  }

  private async target(runId: string, caller: Caller, reply: FastifyReply): Promise<RunTarget> {
    const { deploymentId } = await this.existing(caller.tenantId, runId);
    return { caller, deploymentId, runId, reply };
  }

  private async existing(tenantId: string, id: string): Promise<RunView> {
    return found(await this.queries.execute(new FindRun(tenantId, id)), 'run-not-found');
  }
}
