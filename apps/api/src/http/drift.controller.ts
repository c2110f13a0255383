import {
  CommandAnswer,
  DriftListQuery,
  DriftReportResource,
  pageOf,
  RemediateRequest,
  ScanAnswer,
  ScanRequest,
} from '@caisson/contracts';
import type { AdoptDriftInput, DeploymentHandled, RequestRunInput } from '@caisson/deployment';
import { AccessGuard, CalledBy, Operation, type Caller } from '@caisson/http';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { AdoptDriftCommand, RequestRunCommand } from '../commands/deployment-commands.js';
import { FindDriftReport, FindOpenBreakers, ListDriftReports, type DriftReport } from '../queries/drift-queries.js';
import { apiProblem } from './api-problems.js';
import { CommandAnswers } from './command-answers.js';
import { commandContextOf } from './command-context.js';
import { found, showPage } from './found.js';
import { commandOperation } from './operations.js';
import { Id } from './path-parameters.js';
import { scanOperation, ScanRequests } from './scan-requests.js';

const DriftPage = pageOf(DriftReportResource);

/** Drift: scans, reports, and putting things right. */
@UseGuards(AccessGuard)
@Controller('api/v1/drift')
export class DriftController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly answers: CommandAnswers,
    private readonly scans: ScanRequests,
  ) {}

  @Post('scans')
  @HttpCode(202)
  @Operation(
    scanOperation('Compare the world with what was applied to a deployment', {
      deploymentId: '0198c2a5-7b1e-7c3d-9a4f-2f6d8e1b0c5a',
    }),
  )
  requestScan(
    @Body({ schema: ScanRequest }) { autoRemediate, deploymentId }: z.infer<typeof ScanRequest>,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.infer<typeof ScanAnswer>> {
    return this.scans.request({ caller, deploymentId, autoRemediate }, reply);
  }

  @Get('reports')
  @Operation({ summary: 'List drift reports, newest first', access: 'drift:read', answer: DriftPage })
  async listDriftReports(
    @Query({ schema: DriftListQuery }) query: DriftListQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<unknown> {
    return showPage(await this.queries.execute(new ListDriftReports(tenantId, query)), (report) => report);
  }

  @Get('reports/:id')
  @Operation({
    readsStream: 'scan',
    summary: 'Read a drift report',
    access: 'drift:read',
    answer: DriftReportResource,
    problems: ['drift-report-not-found'],
  })
  readDriftReport(@Param('id', { schema: Id }) id: string, @CalledBy() { tenantId }: Caller): Promise<DriftReport> {
    return this.existing(tenantId, id);
  }

  @Post('reports/:id/remediate')
  @HttpCode(202)
  @Operation(
    commandOperation('Request a run that puts right what a report found', 'drift:remediate', {
      problems: ['drift-report-not-found', 'nothing-to-remediate', 'drift-breaker-open', 'drift-not-adoptable'],
      example: { mode: 'revert' },
    }),
  )
  async remediateDrift(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: RemediateRequest }) { mode }: z.infer<typeof RemediateRequest>,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const {
      deploymentId,
      items,
      providers = [],
      providersLooked = providers,
    } = await this.existing(caller.tenantId, id);
    if (items.length === 0) {
      throw apiProblem('nothing-to-remediate', 'The scan has not ended, or the world was as applied. Scan again.');
    }
    await this.refuseWhileOpen(caller.tenantId, providersLooked); // The run plans all of the deployment.
    const asked = { deploymentId, context: commandContextOf(caller) };
    const handled =
      mode === 'adopt'
        ? await this.adopt({ ...asked, scanId: id, items, reason: `${caller.username} adopted what scan ${id} found` })
        : await this.revert({
            ...asked,
            kind: 'remediate',
            reason: `${caller.username} asked to put right what scan ${id} found`,
            remediates: { scanId: id },
          });
    return this.answers.accepted(handled, { caller, deploymentId, says: { scanId: id, mode } }, reply);
  }

  private adopt(input: AdoptDriftInput): Promise<DeploymentHandled> {
    return this.commands.execute(new AdoptDriftCommand(input));
  }

  private revert(input: RequestRunInput): Promise<DeploymentHandled> {
    return this.commands.execute(new RequestRunCommand(input));
  }

  private async refuseWhileOpen(tenantId: string, providers: readonly string[]): Promise<void> {
    const [provider] = await this.queries.execute(new FindOpenBreakers(tenantId, providers));
    if (provider === undefined) return;
    throw apiProblem('drift-breaker-open', {
      detail: `The breaker of ${provider} is open. Wait until it closes, or look at the provider and close it.`,
      members: { provider },
    });
  }

  private async existing(tenantId: string, id: string): Promise<DriftReport> {
    const report = await this.queries.execute(new FindDriftReport(tenantId, id));
    return found(report, 'drift-report-not-found', 'Check the id; a report appears when its scan begins.');
  }
}
