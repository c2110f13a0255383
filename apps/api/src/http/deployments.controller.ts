import {
  AsOfQuery,
  CommandAnswer,
  DeploymentListQuery,
  DeploymentResource,
  DeploymentSummary,
  DesiredStateRequest,
  pageOf,
} from '@caisson/contracts';
import type { AskedPast } from '@caisson/deployment';
import { AccessGuard, CalledBy, entityTagOf, Operation, versionFromIfMatch, type Caller } from '@caisson/http';
import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Res,
  UseGuards,
} from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  ChangeDesiredStateCommand,
  CreateDeploymentCommand,
  DeleteDeploymentCommand,
} from '../commands/deployment-commands.js';
import { FindDeployment, ListDeployments } from '../queries/deployment-queries.js';
import { FindPastDeployment } from '../queries/past-queries.js';
import { CommandAnswers } from './command-answers.js';
import { commandContextOf } from './command-context.js';
import { DeploymentRequests } from './deployment-requests.js';
import { found, foundInPast, showPage } from './found.js';
import { commandOperation } from './operations.js';
import { Id } from './path-parameters.js';
import { showDeployment } from './views.js';

const DeploymentPage = pageOf(DeploymentSummary);

const SHOP = {
  name: 'shop',
  resources: [
    { name: 'network', engine: 'sandbox', type: 'network', properties: { cidr: '10.0.0.0/16' } },
    { name: 'web', engine: 'sandbox', type: 'server', count: 2, properties: { network: '${network.id}' } },
  ],
};

/** Deployments as a whole: create, read, change, remove. */
@UseGuards(AccessGuard)
@Controller('api/v1/deployments')
export class DeploymentsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly answers: CommandAnswers,
    private readonly requests: DeploymentRequests,
  ) {}

  @Post()
  @HttpCode(202)
  @Operation(
    commandOperation('Create a deployment and request its first run', 'deployment:create', {
      problems: ['deployment-exists', 'desired-state-invalid'],
      example: SHOP,
    }),
  )
  async createDeployment(
    @Body({ schema: DesiredStateRequest }) request: DesiredStateRequest,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const desired = await this.requests.admit(caller.tenantId, request);
    const deploymentId = this.requests.newDeploymentId(caller);
    const command = new CreateDeploymentCommand({ deploymentId, desired, context: commandContextOf(caller) });
    return this.answers.accepted(
      await this.commands.execute(command),
      { caller, deploymentId, says: { desired } },
      reply,
    );
  }

  @Get()
  @Operation({ summary: 'List deployments, newest first', access: 'deployment:read', answer: DeploymentPage })
  async listDeployments(
    @Query({ schema: DeploymentListQuery }) query: DeploymentListQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<z.infer<typeof DeploymentPage>> {
    return showPage(await this.queries.execute(new ListDeployments(tenantId, query)), showDeployment);
  }

  @Get(':id')
  @Operation({
    readsStream: 'deployment',
    summary: 'Read a deployment',
    access: 'deployment:read',
    answer: DeploymentResource,
    answerHeaders: { ETag: 'The version of the deployment, for If-Match. Of the past: names the answer only.' },
    problems: ['deployment-not-found'],
  })
  async readDeployment(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: AsOfQuery }) { asOf: until }: AsOfQuery,
    @CalledBy() { tenantId }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    if (until !== undefined) return this.readPast({ tenantId, deploymentId: id, until });
    const { desired, version, view } = found(
      await this.queries.execute(new FindDeployment(tenantId, id)),
      'deployment-not-found',
    );
    void reply.header('etag', entityTagOf(version));
    return { ...showDeployment(view), desired };
  }

  @Patch(':id')
  @HttpCode(202)
  @Operation(
    commandOperation('Replace what is desired and request an update run', 'deployment:create', {
      problems: ['desired-state-invalid'],
      ifMatch: 'required',
      example: { ...SHOP, environment: 'staging' },
    }),
  )
  async changeDeployment(
    @Param('id', { schema: Id }) deploymentId: string,
    @Body({ schema: DesiredStateRequest }) request: DesiredStateRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const ifVersion = versionFromIfMatch(ifMatch);
    const desired = await this.requests.admit(caller.tenantId, request);
    const context = commandContextOf(caller);
    const reason = `${caller.username} changed what is desired`;
    const command = new ChangeDesiredStateCommand({ deploymentId, desired, ifVersion, reason, context });
    return this.answers.accepted(
      await this.commands.execute(command),
      { caller, deploymentId, says: { desired } },
      reply,
    );
  }

  @Delete(':id')
  @HttpCode(202)
  @Operation(commandOperation('Cancel what runs and destroy what was applied', 'deployment:cancel'))
  async deleteDeployment(
    @Param('id', { schema: Id }) deploymentId: string,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const reason = `${caller.username} asked to delete it`;
    const command = new DeleteDeploymentCommand({ deploymentId, reason, context: commandContextOf(caller) });
    return this.answers.accepted(await this.commands.execute(command), { caller, deploymentId }, reply);
  }

  private async readPast(asked: AskedPast): Promise<unknown> {
    const past = await this.queries.execute(new FindPastDeployment(asked));
    const { desired, view } = foundInPast(past, asked, 'deployment-not-found');
    return { ...showDeployment(view), desired };
  }
}
