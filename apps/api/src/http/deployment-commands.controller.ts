import {
  ApproveRequest,
  CommandAnswer,
  DeploymentScanRequest,
  EmptyRequest,
  ReasonRequest,
  RollbackRequest,
  ScanAnswer,
} from '@caisson/contracts';
import { AccessGuard, CalledBy, Operation, type Caller } from '@caisson/http';
import { Body, Controller, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { APPROVAL, commandOperation } from './operations.js';
import { Id } from './path-parameters.js';
import { RunCommands } from './run-commands.js';
import { scanOperation, ScanRequests } from './scan-requests.js';

type Answer = Promise<CommandAnswer>;

/** What can be asked of a deployment's newest run. */
@UseGuards(AccessGuard)
@Controller('api/v1/deployments/:id')
export class DeploymentCommandsController {
  constructor(
    private readonly run: RunCommands,
    private readonly scans: ScanRequests,
  ) {}

  @Post('plan')
  @HttpCode(202)
  @Operation(commandOperation('Plan the newest run, or plan it again', 'deployment:create'))
  planDeployment(
    @Param('id', { schema: Id }) deploymentId: string,
    @Body({ schema: EmptyRequest }) _body: unknown,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Answer {
    return this.run.plan({ caller, deploymentId, reply });
  }

  @Post('approve')
  @HttpCode(202)
  @Operation(commandOperation('Approve the plan of the newest run by its digest', 'deployment:approve', APPROVAL))
  approveDeployment(
    @Param('id', { schema: Id }) deploymentId: string,
    @Body({ schema: ApproveRequest }) body: z.infer<typeof ApproveRequest>,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Answer {
    return this.run.approve({ caller, deploymentId, reply }, body);
  }

  @Post('execute')
  @HttpCode(202)
  @Operation(
    commandOperation('Apply the approved plan of the newest run', 'deployment:create', { problems: ['run-not-due'] }),
  )
  executeDeployment(
    @Param('id', { schema: Id }) deploymentId: string,
    @Body({ schema: EmptyRequest }) _body: unknown,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Answer {
    return this.run.execute({ caller, deploymentId, reply });
  }

  @Post('cancel')
  @HttpCode(202)
  @Operation(commandOperation('Cancel the newest run', 'deployment:cancel', { example: { reason: 'Too dear.' } }))
  cancelDeployment(
    @Param('id', { schema: Id }) deploymentId: string,
    @Body({ schema: ReasonRequest }) body: z.infer<typeof ReasonRequest>,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Answer {
    return this.run.cancel({ caller, deploymentId, reply }, body);
  }

  @Post('rollback')
  @HttpCode(202)
  @Operation(
    commandOperation('Undo a failed run, or go back to an earlier revision', 'deployment:rollback', {
      problems: ['revision-not-found'],
      example: { toRevision: 1, reason: 'The new version is slow.' },
    }),
  )
  rollBackDeployment(
    @Param('id', { schema: Id }) deploymentId: string,
    @Body({ schema: RollbackRequest }) body: z.infer<typeof RollbackRequest>,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Answer {
    return this.run.rollBack({ caller, deploymentId, reply }, body);
  }

  @Post('retry')
  @HttpCode(202)
  @Operation(commandOperation('Try the newest run again', 'deployment:create'))
  retryDeployment(
    @Param('id', { schema: Id }) deploymentId: string,
    @Body({ schema: EmptyRequest }) _body: unknown,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Answer {
    return this.run.retry({ caller, deploymentId, reply });
  }

  @Post('scan')
  @HttpCode(202)
  @Operation(scanOperation('Compare the world with what was applied'))
  scanDeployment(
    @Param('id', { schema: Id }) deploymentId: string,
    @Body({ schema: DeploymentScanRequest }) body: z.infer<typeof DeploymentScanRequest>,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.infer<typeof ScanAnswer>> {
    return this.scans.request({ caller, deploymentId, autoRemediate: body?.autoRemediate ?? false }, reply);
  }
}
