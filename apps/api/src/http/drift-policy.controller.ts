import { DriftPolicy, DriftPolicyResource } from '@caisson/contracts';
import type { FoundPolicy } from '@caisson/drift';
import { AccessGuard, CalledBy, entityTagOf, Operation, versionFromIfMatch, type Caller } from '@caisson/http';
import { Body, Controller, Get, Headers, Param, Put, Res, UseGuards } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { ReplacePolicyCommand } from '../commands/drift-commands.js';
import { FindDriftPolicy } from '../queries/drift-queries.js';
import { apiProblem } from './api-problems.js';
import { commandContextOf } from './command-context.js';
import { found } from './found.js';
import { Version } from './path-parameters.js';

const read = { access: 'drift:read', answerHeaders: { ETag: 'The version, for If-Match.' } } as const;

const EXAMPLE = {
  severities: {
    types: {
      resource_removed: { severity: 'critical', why: 'What was applied is gone.' },
      state_mismatch: { severity: 'high', why: 'It does not do its work.' },
      property_changed: { severity: 'medium', why: 'It is not as it was approved.' },
      resource_added: { severity: 'medium', why: 'It costs money, and nobody reviewed it.' },
      tag_mismatch: { severity: 'low', why: 'Bills and searches may miss it.' },
    },
    rules: [{ path: 'ingress', severity: 'critical', why: 'It may be open to the world.' }],
  },
};

/** The drift policy of a tenant: what is how bad. */
@UseGuards(AccessGuard)
@Controller('api/v1/drift-policy')
export class DriftPolicyController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Operation({ summary: 'Read the drift policy', answer: DriftPolicyResource, ...read })
  readDriftPolicy(
    @CalledBy() { tenantId }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FoundPolicy> {
    return this.find(tenantId, reply);
  }

  @Get('versions/:version')
  @Operation({
    summary: 'Read a version of the drift policy',
    answer: DriftPolicyResource,
    problems: ['table-version-not-found'],
    ...read,
  })
  readDriftPolicyVersion(
    @Param('version', { schema: Version }) version: number,
    @CalledBy() { tenantId }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FoundPolicy> {
    return this.find(tenantId, reply, version);
  }

  @Put()
  @Operation({
    summary: 'Replace the drift policy by a new version',
    access: 'system:admin',
    answer: DriftPolicyResource,
    answerHeaders: read.answerHeaders,
    ifMatch: 'required',
    problems: ['table-version-conflict'],
    example: EXAMPLE,
  })
  async replaceDriftPolicy(
    @Body({ schema: DriftPolicy }) content: DriftPolicy,
    @Headers('if-match') ifMatch: string | undefined,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FoundPolicy> {
    const input = { content, ifVersion: versionFromIfMatch(ifMatch), context: commandContextOf(caller) };
    const handled = await this.commands.execute(new ReplacePolicyCommand(input));
    if (handled.outcome === 'accepted') return this.find(caller.tenantId, reply);
    throw apiProblem('table-version-conflict', {
      detail: 'Read it again, make the change anew, and send the new ETag as If-Match.',
      headers: { etag: entityTagOf(handled.rejection.actual) },
      members: { version: handled.rejection.actual },
    });
  }

  private async find(tenantId: string, reply: FastifyReply, version?: number): Promise<FoundPolicy> {
    const stored = await this.queries.execute(new FindDriftPolicy(tenantId, version));
    const policy = found(stored, 'table-version-not-found', 'Read the newest one: it says its number.');
    void reply.header('etag', entityTagOf(policy.version));
    return policy;
  }
}
