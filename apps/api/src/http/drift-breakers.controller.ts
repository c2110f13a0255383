import { BreakerListQuery, BreakerResource, CloseBreakerRequest, pageOf } from '@caisson/contracts';
import type { BreakerState } from '@caisson/drift';
import { AccessGuard, CalledBy, Operation, type Caller } from '@caisson/http';
import { Body, Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { CloseBreakerCommand } from '../commands/drift-commands.js';
import { FindDriftBreaker, ListDriftBreakers } from '../queries/drift-queries.js';
import { apiProblem } from './api-problems.js';
import { commandContextOf } from './command-context.js';
import { found, showPage } from './found.js';

const BreakerPage = pageOf(BreakerResource);
const Provider = z.string().min(1).max(200).describe('The provider, as units name it.');

/** Which providers are left alone, since they may be in trouble. */
@UseGuards(AccessGuard)
@Controller('api/v1/drift-breakers')
export class DriftBreakersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Operation({ summary: 'List the breakers of providers', access: 'drift:read', answer: BreakerPage })
  async listDriftBreakers(
    @Query({ schema: BreakerListQuery }) page: BreakerListQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<unknown> {
    return showPage(await this.queries.execute(new ListDriftBreakers(tenantId, page)), (breaker) => breaker);
  }

  @Get(':provider')
  @Operation({
    readsStream: 'breaker',
    summary: 'Read the breaker of a provider',
    access: 'drift:read',
    answer: BreakerResource,
    problems: ['drift-breaker-not-found'],
  })
  readDriftBreaker(
    @Param('provider', { schema: Provider }) provider: string,
    @CalledBy() { tenantId }: Caller,
  ): Promise<BreakerState> {
    return this.existing(tenantId, provider);
  }

  @Post(':provider/close')
  @HttpCode(200)
  @Operation({
    summary: 'Close the breaker of a provider, having looked at it',
    access: 'drift:remediate',
    answer: BreakerResource,
    problems: ['drift-breaker-not-found', 'drift-breaker-not-open'],
    example: { reason: 'The status page of the provider says that its API answers again.' },
  })
  async closeDriftBreaker(
    @Param('provider', { schema: Provider }) provider: string,
    @Body({ schema: CloseBreakerRequest }) { reason }: z.infer<typeof CloseBreakerRequest>,
    @CalledBy() caller: Caller,
  ): Promise<BreakerState> {
    await this.existing(caller.tenantId, provider);
    const input = { provider, reason, context: commandContextOf(caller) };
    const handled = await this.commands.execute(new CloseBreakerCommand(input));
    if (handled.outcome === 'rejected') throw apiProblem('drift-breaker-not-open', 'There is nothing to close.');
    return this.existing(caller.tenantId, provider);
  }

  private async existing(tenantId: string, provider: string): Promise<BreakerState> {
    const breaker = await this.queries.execute(new FindDriftBreaker(tenantId, provider));
    return found(breaker, 'drift-breaker-not-found', 'A breaker appears when the provider first looks wrong.');
  }
}
