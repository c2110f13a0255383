import {
  allowedCommands,
  type ApproveRequest,
  type CommandAnswer,
  type ReasonRequest,
  type ResolveTaskRequest,
  type RollbackRequest,
} from '@caisson/contracts';
import type { Caller } from '@caisson/http';
import { Injectable } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import {
  ApproveRunCommand,
  CancelRunCommand,
  ExecuteRunCommand,
  RejectRunCommand,
  ResolveTaskCommand,
  RetryRunCommand,
  RollBackCommand,
  StartPlanningCommand,
} from '../commands/deployment-commands.js';
import { FindDeployment } from '../queries/deployment-queries.js';
import { FindChangedInputs } from '../queries/plan-input-queries.js';
import { FindRun } from '../queries/run-queries.js';
import { apiProblem } from './api-problems.js';
import { CommandAnswers, type AskedCommand } from './command-answers.js';
import { commandContextOf } from './command-context.js';

/** Which run is meant, by whom, and where the answer's headers go. */
export interface RunTarget {
  readonly caller: Caller;
  readonly deploymentId: string;
  /** Absent: the newest run of the deployment. */
  readonly runId?: string;
  readonly reply: FastifyReply;
}

/** What can be asked of a run, whether it is named by itself or through its deployment. */
@Injectable()
export class RunCommands {
  constructor(
    private readonly bus: CommandBus,
    private readonly queries: QueryBus,
    private readonly answers: CommandAnswers,
  ) {}

  plan(target: RunTarget): Promise<CommandAnswer> {
    return this.send(target, new StartPlanningCommand(inputOf(target)));
  }

  async approve(target: RunTarget, { planDigest }: z.infer<typeof ApproveRequest>): Promise<CommandAnswer> {
    await this.refuseOutdated(target, planDigest);
    return this.send(target, new ApproveRunCommand({ ...inputOf(target), planDigest }), { planDigest });
  }

  reject(target: RunTarget, body: z.infer<typeof ReasonRequest>): Promise<CommandAnswer> {
    const reason = body?.reason ?? `${target.caller.username} rejected the plan`;
    return this.send(target, new RejectRunCommand({ ...inputOf(target), reason }), { reason });
  }

  execute(target: RunTarget): Promise<CommandAnswer> {
    return this.send(target, new ExecuteRunCommand(inputOf(target)));
  }

  cancel(target: RunTarget, body: z.infer<typeof ReasonRequest>): Promise<CommandAnswer> {
    const reason = body?.reason ?? `${target.caller.username} cancelled it`;
    return this.send(target, new CancelRunCommand({ ...inputOf(target), reason }), { reason });
  }

  retry(target: RunTarget): Promise<CommandAnswer> {
    return this.send(target, new RetryRunCommand(inputOf(target)));
  }

  resolveTask(target: RunTarget, taskId: string, said: z.infer<typeof ResolveTaskRequest>): Promise<CommandAnswer> {
    return this.send(target, new ResolveTaskCommand({ ...inputOf(target), taskId, ...said }), { taskId, ...said });
  }

  rollBack(target: RunTarget, body: z.infer<typeof RollbackRequest>): Promise<CommandAnswer> {
    const reason = body?.reason ?? `${target.caller.username} asked to go back`;
    const toRevision = body?.toRevision === undefined ? {} : { toRevision: body.toRevision };
    const says = { reason, revision: body?.toRevision };
    return this.send(target, new RollBackCommand({ ...inputOf(target), ...toRevision, reason }), says);
  }

  /** A plan that waits is worth what it was computed from; one that was approved before is not judged again. */
  private async refuseOutdated({ caller, deploymentId, runId }: RunTarget, planDigest: string): Promise<void> {
    const { tenantId } = caller;
    const current = async () =>
      (await this.queries.execute(new FindDeployment(tenantId, deploymentId)))?.view.currentRun;
    const id = runId ?? (await current()) ?? '';
    const run = await this.queries.execute(new FindRun(tenantId, id));
    if (run?.state !== 'awaiting_approval' || run.planDigest !== planDigest) return;
    const changed = await this.queries.execute(new FindChangedInputs(tenantId, planDigest));
    if (changed.length === 0) return;
    const names = changed.map(({ input }) => input).join(', ');
    throw apiProblem('plan-inputs-changed', {
      detail: `Changed since the plan was computed: ${names}. Plan the run again and approve the new digest.`,
      members: { runId: id, changed: changed.map((input) => ({ ...input })), allowed: [...allowedCommands(run.state)] },
    });
  }

  private async send(target: RunTarget, command: RunCommand, says: AskedCommand['says'] = {}): Promise<CommandAnswer> {
    const { caller, deploymentId, reply } = target;
    return this.answers.accepted(await this.bus.execute(command), { caller, deploymentId, says }, reply);
  }
}

type RunCommand =
  | StartPlanningCommand
  | ApproveRunCommand
  | RejectRunCommand
  | ExecuteRunCommand
  | CancelRunCommand
  | RetryRunCommand
  | RollBackCommand
  | ResolveTaskCommand;

function inputOf({ caller, deploymentId, runId }: RunTarget) {
  return { deploymentId, context: commandContextOf(caller), ...(runId === undefined ? {} : { runId }) };
}
