import { QuotaRequest, QuotaResource, type QuotaName } from '@caisson/contracts';
import { AccessGuard, CalledBy, Operation, type Caller } from '@caisson/http';
import { Body, Controller, Get, Put, UseGuards } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ChangeQuotasCommand } from '../commands/tenancy-commands.js';
import { ReadQuotas } from '../queries/tenant-queries.js';
import { commandContextOf } from './command-context.js';
import { tenancyProblem } from './tenancy-problem.js';

/** How much the tenant may have, and has. */
@UseGuards(AccessGuard)
@Controller('api/v1/quotas')
export class QuotasController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Operation({
    readsStream: 'tenant',
    summary: 'Read what the tenant uses and may use',
    access: 'authenticated',
    answer: QuotaResource,
  })
  async readQuotas(@CalledBy() { tenantId }: Caller): Promise<QuotaResource> {
    const read = await this.queries.execute(new ReadQuotas(tenantId));
    const uses = new Map(read.map(({ name, ...use }) => [name, use]));
    const use = (name: QuotaName) => uses.get(name) ?? { used: 0 };
    return {
      deployments: use('deployments'),
      'active-runs': use('active-runs'),
      'tasks-in-flight': use('tasks-in-flight'),
      'monthly-cost': use('monthly-cost'),
    };
  }

  @Put()
  @Operation({
    ...{ access: 'system:admin', answer: QuotaResource },
    summary: 'Replace the limits of the tenant that are named; what it has already stays',
    example: { deployments: 50, 'active-runs': null, 'tasks-in-flight': 100, 'monthly-cost': 2500 },
  })
  async replaceQuotas(
    @Body({ schema: QuotaRequest }) ceilings: QuotaRequest,
    @CalledBy() caller: Caller,
  ): Promise<QuotaResource> {
    const input = { ceilings, context: commandContextOf(caller) };
    const rejection = await this.commands.execute(new ChangeQuotasCommand(input));
    if (rejection !== undefined) throw tenancyProblem(rejection);
    return this.readQuotas(caller);
  }
}
