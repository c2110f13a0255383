import { DriftIgnoreRequest, DriftIgnoresResource } from '@caisson/contracts';
import type { IgnoresRejection } from '@caisson/drift';
import { AccessGuard, CalledBy, Operation, type Caller } from '@caisson/http';
import { unreachable } from '@caisson/kernel';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { AddIgnoreCommand, RemoveIgnoreCommand } from '../commands/drift-commands.js';
import { FindDeployment } from '../queries/deployment-queries.js';
import { FindDriftIgnores } from '../queries/drift-queries.js';
import { apiProblem } from './api-problems.js';
import { commandContextOf } from './command-context.js';
import { found, NOT_THERE } from './found.js';
import { Id } from './path-parameters.js';

/** Which differences of a deployment people decided to live with. */
@UseGuards(AccessGuard)
@Controller('api/v1/deployments/:id/drift-ignores')
export class DriftIgnoresController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Operation({
    summary: 'Read which drift of a deployment is ignored',
    access: 'drift:read',
    answer: DriftIgnoresResource,
    readsStream: 'ignores',
    problems: ['deployment-not-found'],
  })
  async readDriftIgnores(
    @Param('id', { schema: Id }) id: string,
    @CalledBy() { tenantId }: Caller,
  ): Promise<DriftIgnoresResource> {
    await this.existing(tenantId, id);
    return this.queries.execute(new FindDriftIgnores(tenantId, id));
  }

  @Post()
  @HttpCode(200)
  @Operation({
    summary: 'Ignore drift of a deployment, for a reason and a time',
    access: 'drift:remediate',
    answer: DriftIgnoresResource,
    problems: ['deployment-not-found'],
    example: { path: 'tags.last-backup', reason: 'The backup job writes it.', expiresAt: '2100-01-01T00:00:00Z' },
  })
  async ignoreDrift(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: DriftIgnoreRequest }) rule: DriftIgnoreRequest,
    @CalledBy() caller: Caller,
  ): Promise<DriftIgnoresResource> {
    await this.existing(caller.tenantId, id);
    const input = { deploymentId: id, rule, context: commandContextOf(caller) };
    const handled = await this.commands.execute(new AddIgnoreCommand(input));
    if (handled.outcome === 'rejected') throw refused(handled.rejection);
    return this.readDriftIgnores(id, caller);
  }

  @Delete(':ruleId')
  @HttpCode(204)
  @Operation({
    summary: 'Ignore drift of a deployment by a rule no longer',
    access: 'drift:remediate',
    problems: ['deployment-not-found'],
  })
  async removeDriftIgnore(
    @Param('id', { schema: Id }) id: string,
    @Param('ruleId', { schema: Id }) ruleId: string,
    @CalledBy() caller: Caller,
  ): Promise<void> {
    await this.existing(caller.tenantId, id);
    const input = { deploymentId: id, ruleId, context: commandContextOf(caller) };
    await this.commands.execute(new RemoveIgnoreCommand(input));
  }

  private async existing(tenantId: string, id: string): Promise<void> {
    found(await this.queries.execute(new FindDeployment(tenantId, id)), 'deployment-not-found', NOT_THERE);
  }
}

function refused(rejection: IgnoresRejection): Error {
  const at = (pointer: string, detail: string): Error =>
    apiProblem('unprocessable-request', {
      detail: 'The rule cannot be followed. Correct the place named in errors. Nothing was changed.',
      errors: [{ pointer, detail }],
    });
  switch (rejection.code) {
    case 'expiry-required':
      return at('/expiresAt', 'The drift policy of the tenant demands an end for each rule.');
    case 'expired':
      return at('/expiresAt', 'must be an instant that is still to come');
    case 'too-many-rules':
      return at('', `A deployment has at most ${rejection.max} rules. Remove one, or change the desired state.`);
    default:
      return unreachable(rejection, 'refusal of a rule');
  }
}
