import {
  AttemptListQuery,
  AttemptsAnswer,
  CallbackAddress,
  CommandAnswer,
  ResolveTaskRequest,
  TaskResource,
} from '@caisson/contracts';
import { AccessGuard, CalledBy, CallbackTokens, Operation, PageCursors, type Caller } from '@caisson/http';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { ListAttempts } from '../queries/attempt-queries.js';
import { pageOfItems } from '../queries/read-page.js';
import { FindTask, type TaskView } from '../queries/task-queries.js';
import { CALLBACK_TOKENS } from '../tokens.js';
import { apiProblem } from './api-problems.js';
import { found } from './found.js';
import { commandOperation } from './operations.js';
import { TaskId } from './path-parameters.js';
import { RunCommands } from './run-commands.js';
import { showAttempt, showTask } from './views.js';

const OF_TASK = { problems: ['task-not-found'] } as const;

/** Tasks by themselves. Their ids hold slashes: `%2F` in an address. */
@UseGuards(AccessGuard)
@Controller('api/v1/tasks/:id')
export class TasksController {
  constructor(
    private readonly queries: QueryBus,
    private readonly run: RunCommands,
    private readonly cursors: PageCursors,
    @Inject(CALLBACK_TOKENS) private readonly tokens: { readonly of: CallbackTokens | undefined },
  ) {}

  @Get()
  @Operation({
    readsStream: 'execution',
    summary: 'Read a task',
    access: 'deployment:read',
    answer: TaskResource,
    ...OF_TASK,
  })
  async readTask(@Param('id', { schema: TaskId }) id: string, @CalledBy() { tenantId }: Caller): Promise<unknown> {
    return showTask({ ...(await this.existing(tenantId, id)) });
  }

  @Get('attempts')
  @Operation({
    readsStream: 'execution',
    summary: 'List the attempts of a task, oldest first',
    access: 'deployment:read',
    answer: AttemptsAnswer,
    ...OF_TASK,
  })
  async listAttempts(
    @Param('id', { schema: TaskId }) id: string,
    @Query({ schema: AttemptListQuery }) { state, ...part }: AttemptListQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<z.infer<typeof AttemptsAnswer>> {
    const task = await this.existing(tenantId, id);
    const all = await this.queries.execute(new ListAttempts(tenantId, task));
    const shown = all.filter((attempt) => state === undefined || attempt.state === state).map(showAttempt);
    return pageOfItems(this.cursors, shown, { part, scope: [tenantId, 'attempts', id, state], idOf: (one) => one.id });
  }

  @Get('callback')
  @Operation({
    readsStream: 'execution',
    summary: 'Read the secret address at which a task that waits is called back',
    access: 'deployment:approve',
    answer: CallbackAddress,
    problems: ['task-not-found', 'task-not-waiting', 'callbacks-off'],
  })
  async readCallbackAddress(
    @Param('id', { schema: TaskId }) id: string,
    @CalledBy() { tenantId }: Caller,
  ): Promise<z.infer<typeof CallbackAddress>> {
    const { attempt, phase, runId, state, unitId, waiting } = await this.existing(tenantId, id);
    if (state !== 'running' || waiting?.callback !== true) {
      throw apiProblem('task-not-waiting', 'Wait until the task is running and shows waiting.callback.');
    }
    const tokens = this.tokens.of;
    if (tokens === undefined) {
      throw apiProblem(
        'callbacks-off',
        'Ask the administrator to set CAISSON_CALLBACK_SECRET, here and for webhook-ingest.',
      );
    }
    const token = tokens.sign({ tenantId, runId, phase, unitId, cycle: waiting.cycle, attempt });
    return { path: `/webhooks/callbacks/${token}`, expiresAt: waiting.until };
  }

  @Post('resolve')
  @HttpCode(202)
  @Operation(
    commandOperation('Say what became of a task whose outcome is unknown', 'deployment:approve', {
      problems: ['task-not-found', 'task-outcome-known'],
      example: { outcome: 'done', evidence: 'The console shows it as srv-1.' },
    }),
  )
  async resolveTask(
    @Param('id', { schema: TaskId }) id: string,
    @Body({ schema: ResolveTaskRequest }) body: z.infer<typeof ResolveTaskRequest>,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { deploymentId, failure, runId } = await this.existing(caller.tenantId, id);
    if (failure?.code !== 'outcome-unknown') {
      throw apiProblem('task-outcome-known', 'Read the task: only one that failed as outcome-unknown can be resolved.');
    }
    return this.run.resolveTask({ caller, deploymentId, runId, reply }, id, body);
  }

  private async existing(tenantId: string, id: string): Promise<TaskView> {
    return found(await this.queries.execute(new FindTask(tenantId, id)), 'task-not-found');
  }
}
