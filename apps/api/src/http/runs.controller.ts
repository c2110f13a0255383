import {
  ApprovalListQuery,
  type ApprovalResource,
  ApprovalsAnswer,
  ApproveRequest,
  AsOfQuery,
  CommandAnswer,
  EmptyRequest,
  HistoryAnswer,
  HistoryQuery,
  pageOf,
  Plan,
  ReasonRequest,
  RunResource,
  TaskListQuery,
  TaskResource,
} from '@caisson/contracts';
import type { RunView } from '@caisson/deployment';
import { AccessGuard, CalledBy, Operation, PageCursors, type Caller } from '@caisson/http';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { ReadRunHistory } from '../queries/history-queries.js';
import { FindPastRun } from '../queries/past-queries.js';
import { pageOfItems } from '../queries/read-page.js';
import { FindPlan, FindRun, ListApprovals, ListTasks } from '../queries/run-queries.js';
import { found, foundInPast, pageOfHistory, showPage } from './found.js';
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
    private readonly cursors: PageCursors,
  ) {}

  @Get()
  @Operation({
    readsStream: 'run',
    summary: 'Read a run',
    access: 'deployment:read',
    answer: RunResource,
    problems: ['run-not-found'],
  })
  async readRun(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: AsOfQuery }) query: AsOfQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<RunResource> {
    return showRun(await this.asOf(await this.existing(tenantId, id), tenantId, query));
  }

  @Get('plan')
  @Operation({
    readsStream: 'run',
    summary: 'Read the plan of a run',
    access: 'deployment:read',
    answer: Plan,
    problems: ['run-not-found', 'plan-not-found'],
  })
  async readRunPlan(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: AsOfQuery }) query: AsOfQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<unknown> {
    const { planDigest } = await this.asOf(await this.existing(tenantId, id), tenantId, query);
    const plan = planDigest === undefined ? undefined : await this.queries.execute(new FindPlan(tenantId, planDigest));
    return found(plan, 'plan-not-found', 'The run has no plan at that point. Wait until it is planned.');
  }

  @Get('tasks')
  @Operation({
    readsStream: 'run',
    summary: 'List the tasks of a run',
    access: 'deployment:read',
    answer: TaskPage,
    problems: ['run-not-found'],
  })
  async listTasks(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: TaskListQuery }) query: TaskListQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<unknown> {
    await this.existing(tenantId, id);
    return showPage(await this.queries.execute(new ListTasks(tenantId, id, query)), showTask);
  }

  @Get('events')
  @Operation({
    readsStream: 'run',
    summary: 'Read all that happened in a run, in order',
    access: 'deployment:read',
    answer: HistoryAnswer,
    problems: ['run-not-found'],
  })
  async readRunHistory(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: HistoryQuery }) query: HistoryQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<unknown> {
    const run = await this.existing(tenantId, id);
    const history = await this.queries.execute(new ReadRunHistory(tenantId, run));
    return pageOfHistory(this.cursors, history, { query, scope: [tenantId, 'run', id] });
  }

  @Get('approvals')
  @Operation({
    readsStream: 'run',
    summary: 'List the approvals that the plans of a run needed, oldest first',
    access: 'deployment:read',
    answer: ApprovalsAnswer,
    problems: ['run-not-found'],
  })
  async listApprovals(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ApprovalListQuery }) { state, ...part }: ApprovalListQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<z.infer<typeof ApprovalsAnswer>> {
    const run = await this.existing(tenantId, id);
    const all = await this.queries.execute(new ListApprovals(tenantId, run));
    const shown = all.filter((approval) => state === undefined || approval.state === state);
    const scope = [tenantId, 'approvals', id, state];
    return pageOfItems(this.cursors, shown, { part, scope, idOf: idOfApproval });
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

  private async asOf(now: RunView, tenantId: string, { asOf: until }: AsOfQuery): Promise<RunView> {
    if (until === undefined) return now;
    const asked = { tenantId, deploymentId: now.deploymentId, until };
    return foundInPast(await this.queries.execute(new FindPastRun(now.id, asked)), asked, 'run-not-found');
  }

  private async target(runId: string, caller: Caller, reply: FastifyReply): Promise<RunTarget> {
    const { deploymentId } = await this.existing(caller.tenantId, runId);
    return { caller, deploymentId, runId, reply };
  }

  private async existing(tenantId: string, id: string): Promise<RunView> {
    return found(await this.queries.execute(new FindRun(tenantId, id)), 'run-not-found');
  }
}

/** A run may come back to the plan that it had before. */
function idOfApproval({ decidedAt = '', planDigest, requestedAt = decidedAt }: ApprovalResource): string {
  return `${planDigest} ${requestedAt}`;
}
