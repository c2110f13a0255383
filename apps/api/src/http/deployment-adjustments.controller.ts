import { CommandAnswer, ConfigureRequest, ScaleRequest, type DesiredState } from '@caisson/contracts';
import { adjustDesired } from '@caisson/deployment';
import { AccessGuard, CalledBy, Operation, versionFromIfMatch, type Caller } from '@caisson/http';
import { jsonEquals } from '@caisson/kernel';
import { Body, Controller, Headers, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { AdjustDeploymentCommand } from '../commands/deployment-commands.js';
import { CommandAnswers } from './command-answers.js';
import { commandContextOf } from './command-context.js';
import { commandOperation } from './operations.js';
import { Id } from './path-parameters.js';

/** Small changes of what is desired, each a run of its own kind. */
@UseGuards(AccessGuard)
@Controller('api/v1/deployments/:id')
export class DeploymentAdjustmentsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly answers: CommandAnswers,
  ) {}

  @Post('scale')
  @HttpCode(202)
  @Operation(
    commandOperation('Change how many copies of a resource there are', 'deployment:create', {
      problems: ['desired-state-invalid'],
      ifMatch: 'optional',
      example: { resource: 'web', count: 3, reason: 'sale' },
    }),
  )
  scaleDeployment(
    @Param('id', { schema: Id }) deploymentId: string,
    @Body({ schema: ScaleRequest }) body: z.infer<typeof ScaleRequest>,
    @Headers('if-match') ifMatch: string | undefined,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { count, resource } = body;
    const reason = body.reason ?? `${caller.username} scaled ${resource} to ${count}`;
    const adjustment = { kind: 'scale', resource, count } as const;
    return this.adjust({ deploymentId, adjustment, reason, ifMatch }, caller, reply);
  }

  @Post('configure')
  @HttpCode(202)
  @Operation(
    commandOperation('Change properties of named resources', 'deployment:create', {
      problems: ['desired-state-invalid'],
      ifMatch: 'optional',
      example: { resources: { web: { properties: { flavor: 'm1.large' }, tags: { tier: 'web' } } } },
    }),
  )
  configureDeployment(
    @Param('id', { schema: Id }) deploymentId: string,
    @Body({ schema: ConfigureRequest }) body: z.infer<typeof ConfigureRequest>,
    @Headers('if-match') ifMatch: string | undefined,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const names = Object.keys(body.resources).slice(0, 5).join(', ');
    const reason = body.reason ?? `${caller.username} configured ${names}`;
    const adjustment = { kind: 'configure', resources: patchesOf(body) } as const;
    return this.adjust({ deploymentId, adjustment, reason, ifMatch }, caller, reply);
  }

  private async adjust(
    asked: Pick<AdjustDeploymentCommand['input'], 'deploymentId' | 'adjustment' | 'reason'> & {
      readonly ifMatch: string | undefined;
    },
    caller: Caller,
    reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { ifMatch, ...wish } = asked;
    const { deploymentId, reason } = wish;
    const known = ifMatch === undefined ? {} : { ifVersion: versionFromIfMatch(ifMatch) };
    const command = new AdjustDeploymentCommand({ ...wish, ...known, context: commandContextOf(caller) });
    const repeat = { caller, deploymentId, says: { reason }, leaves: isMadeBy(wish.adjustment) };
    return this.answers.accepted(await this.commands.execute(command), repeat, reply);
  }
}

/** Made once more, it changes nothing. */
function isMadeBy(adjustment: AdjustDeploymentCommand['input']['adjustment']) {
  return (desired: DesiredState): boolean => {
    const again = adjustDesired(desired, adjustment);
    return again.outcome === 'adjusted' && jsonEquals(again.desired, desired);
  };
}

/** Without members that are undefined: what is recorded is JSON. */
function patchesOf({ resources }: z.infer<typeof ConfigureRequest>) {
  const patches = Object.entries(resources).map(([name, { properties, tags }]) => {
    const patch = { ...(properties === undefined ? {} : { properties }), ...(tags === undefined ? {} : { tags }) };
    return [name, patch] as const;
  });
  return Object.fromEntries(patches);
}
