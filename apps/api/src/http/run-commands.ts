import type { ApproveRequest, CommandAnswer, ReasonRequest, RollbackRequest } from '@caisson/contracts';
import type { Caller } from '@caisson/http';
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import {
  ApproveRunCommand,
  CancelRunCommand,
  ExecuteRunCommand,
  RejectRunCommand,
  RetryRunCommand,
  RollBackCommand,
  StartPlanningCommand,
} from '../commands/deployment-commands.js';
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
    private readonly answers: CommandAnswers,
  ) {}

  plan(target: RunTarget): Promise<CommandAnswer> {
    return this.send(target, new StartPlanningCommand(inputOf(target)));
  }

  approve(target: RunTarget, { planDigest }: z.infer<typeof ApproveRequest>): Promise<CommandAnswer> {
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

  rollBack(target: RunTarget, body: z.infer<typeof RollbackRequest>): Promise<CommandAnswer> {
    const reason = body?.reason ?? `${target.caller.username} asked to go back`;
    const toRevision = body?.toRevision === undefined ? {} : { toRevision: body.toRevision };
    const says = { reason, revision: body?.toRevision };
    return this.send(target, new RollBackCommand({ ...inputOf(target), ...toRevision, reason }), says);
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
  | RollBackCommand;

function inputOf({ caller, deploymentId, runId }: RunTarget) {
  return { deploymentId, context: commandContextOf(caller), ...(runId === undefined ? {} : { runId }) };
}
