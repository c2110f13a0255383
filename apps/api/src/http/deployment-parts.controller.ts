import {
  DriftReportResource,
  HistoryAnswer,
  OutputsAnswer,
  pageOf,
  PageQuery,
  ResourcesAnswer,
  RevisionResource,
  RunResource,
} from '@caisson/contracts';
import { AccessGuard, CalledBy, Operation, type Caller } from '@caisson/http';
import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { z } from 'zod';
import {
  FindDeployment,
  FindResources,
  FindRevision,
  ListRevisions,
  type FoundDeployment,
} from '../queries/deployment-queries.js';
import { ListDriftReports } from '../queries/drift-queries.js';
import { ReadDeploymentHistory, type History } from '../queries/history-queries.js';
import { ListRuns } from '../queries/run-queries.js';
import { found, showPage } from './found.js';
import { Id, Version } from './path-parameters.js';
import { showRun } from './views.js';

const RunPage = pageOf(RunResource);
const RevisionPage = pageOf(RevisionResource);
const DriftPage = pageOf(DriftReportResource);

const OF_DEPLOYMENT = { problems: ['deployment-not-found'] } as const;

type PageQuery = z.infer<typeof PageQuery>;

/** What belongs to a deployment. */
@UseGuards(AccessGuard)
@Controller('api/v1/deployments/:id')
export class DeploymentPartsController {
  constructor(private readonly queries: QueryBus) {}

  @Get('runs')
  @Operation({
    summary: 'List the runs of a deployment, newest first',
    access: 'deployment:read',
    answer: RunPage,
    ...OF_DEPLOYMENT,
  })
  async listRuns(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: PageQuery }) page: PageQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<z.infer<typeof RunPage>> {
    await this.existing(tenantId, id);
    return showPage(await this.queries.execute(new ListRuns(tenantId, { deploymentId: id }, page)), showRun);
  }

  @Get('revisions')
  @Operation({
    summary: 'List the versions of what is desired, newest first',
    access: 'deployment:read',
    answer: RevisionPage,
    ...OF_DEPLOYMENT,
  })
  async listRevisions(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: PageQuery }) page: PageQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<z.infer<typeof RevisionPage>> {
    await this.existing(tenantId, id);
    return showPage(await this.queries.execute(new ListRevisions(tenantId, id, page)), (revision) => revision);
  }

  @Get('revisions/:revision')
  @Operation({
    summary: 'Read a version of what is desired by its number',
    access: 'deployment:read',
    answer: RevisionResource,
    problems: ['deployment-not-found', 'deployment-revision-not-found'],
  })
  async readRevision(
    @Param('id', { schema: Id }) id: string,
    @Param('revision', { schema: Version }) revision: number,
    @CalledBy() { tenantId }: Caller,
  ): Promise<RevisionResource> {
    const { view } = await this.existing(tenantId, id);
    const read = await this.queries.execute(new FindRevision(tenantId, id, revision));
    return found(read, 'deployment-revision-not-found', `Name one from 1 to ${view.revision}.`);
  }

  @Get('resources')
  @Operation({
    summary: 'List what is applied',
    access: 'deployment:read',
    answer: ResourcesAnswer,
    unpaged: 'what is applied is one state',
    ...OF_DEPLOYMENT,
  })
  async listResources(
    @Param('id', { schema: Id }) id: string,
    @CalledBy() { tenantId }: Caller,
  ): Promise<z.infer<typeof ResourcesAnswer>> {
    await this.existing(tenantId, id);
    return { items: [...(await this.queries.execute(new FindResources(tenantId, id)))] };
  }

  @Get('outputs')
  @Operation({
    summary: 'Read the outputs of a deployment',
    access: 'deployment:read',
    answer: OutputsAnswer,
    ...OF_DEPLOYMENT,
  })
  async readOutputs(
    @Param('id', { schema: Id }) id: string,
    @CalledBy() { tenantId }: Caller,
  ): Promise<z.infer<typeof OutputsAnswer>> {
    const { view } = await this.existing(tenantId, id);
    return { outputs: view.outputs };
  }

  @Get('events')
  @Operation({
    summary: 'Read all that happened to a deployment, in order',
    access: 'deployment:read',
    answer: HistoryAnswer,
    unpaged: 'a story is told in whole',
    ...OF_DEPLOYMENT,
  })
  async readDeploymentHistory(
    @Param('id', { schema: Id }) id: string,
    @CalledBy() { tenantId }: Caller,
  ): Promise<History> {
    await this.existing(tenantId, id);
    return this.queries.execute(new ReadDeploymentHistory(tenantId, id));
  }

  @Get('drift')
  @Operation({
    summary: 'List the drift reports of a deployment, newest first',
    access: 'drift:read',
    answer: DriftPage,
    ...OF_DEPLOYMENT,
  })
  async listDeploymentDrift(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: PageQuery }) page: PageQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<unknown> {
    await this.existing(tenantId, id);
    const filter = { ...page, deploymentId: id };
    return showPage(await this.queries.execute(new ListDriftReports(tenantId, filter)), (report) => report);
  }

  private async existing(tenantId: string, id: string): Promise<FoundDeployment> {
    return found(await this.queries.execute(new FindDeployment(tenantId, id)), 'deployment-not-found');
  }
}
