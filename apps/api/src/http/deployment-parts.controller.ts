import {
  DeploymentDriftListQuery,
  DeploymentRunListQuery,
  DriftHistoryQuery,
  DriftHistoryResource,
  DriftReportResource,
  HistoryAnswer,
  HistoryQuery,
  OutputsAnswer,
  pageOf,
  ResourceListQuery,
  ResourcesAnswer,
  RevisionListQuery,
  RevisionResource,
  RunResource,
} from '@caisson/contracts';
import { AccessGuard, CalledBy, Operation, PageCursors, type Caller } from '@caisson/http';
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
import { ListDriftReports, ReadDriftHistory } from '../queries/drift-queries.js';
import { ReadDeploymentHistory } from '../queries/history-queries.js';
import { pageOfItems } from '../queries/read-page.js';
import { ListRuns } from '../queries/run-queries.js';
import { found, pageOfHistory, showPage } from './found.js';
import { Id, Version } from './path-parameters.js';
import { showRun } from './views.js';

const RunPage = pageOf(RunResource);
const RevisionPage = pageOf(RevisionResource);
const DriftPage = pageOf(DriftReportResource);

const OF_DEPLOYMENT = { problems: ['deployment-not-found'] } as const;

/** What belongs to a deployment. */
@UseGuards(AccessGuard)
@Controller('api/v1/deployments/:id')
export class DeploymentPartsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly cursors: PageCursors,
  ) {}

  @Get('runs')
  @Operation({
    readsStream: 'deployment',
    summary: 'List the runs of a deployment, newest first',
    access: 'deployment:read',
    answer: RunPage,
    ...OF_DEPLOYMENT,
  })
  async listRuns(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: DeploymentRunListQuery }) query: DeploymentRunListQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<z.infer<typeof RunPage>> {
    await this.existing(tenantId, id);
    return showPage(await this.queries.execute(new ListRuns(tenantId, { ...query, deploymentId: id })), showRun);
  }

  @Get('revisions')
  @Operation({
    readsStream: 'deployment',
    summary: 'List the versions of what is desired, newest first',
    access: 'deployment:read',
    answer: RevisionPage,
    ...OF_DEPLOYMENT,
  })
  async listRevisions(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: RevisionListQuery }) page: RevisionListQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<z.infer<typeof RevisionPage>> {
    await this.existing(tenantId, id);
    return showPage(await this.queries.execute(new ListRevisions(tenantId, id, page)), (revision) => revision);
  }

  @Get('revisions/:revision')
  @Operation({
    readsStream: 'deployment',
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
    readsStream: 'deployment',
    summary: 'List what is applied',
    access: 'deployment:read',
    answer: ResourcesAnswer,
    ...OF_DEPLOYMENT,
  })
  async listResources(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ResourceListQuery }) { engine, unitId, ...part }: ResourceListQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<z.infer<typeof ResourcesAnswer>> {
    await this.existing(tenantId, id);
    const all = await this.queries.execute(new FindResources(tenantId, id));
    const shown = all
      .filter((one) => (engine ?? one.engine) === one.engine && (unitId ?? one.unitId) === one.unitId)
      .sort((left, right) => (left.address < right.address ? -1 : 1));
    const scope = [tenantId, 'resources', id, engine, unitId];
    return pageOfItems(this.cursors, shown, { part, scope, idOf: ({ address }) => address });
  }

  @Get('outputs')
  @Operation({
    readsStream: 'deployment',
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
    readsStream: 'deployment',
    summary: 'Read all that happened to a deployment, in order',
    access: 'deployment:read',
    answer: HistoryAnswer,
    ...OF_DEPLOYMENT,
  })
  async readDeploymentHistory(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: HistoryQuery }) query: HistoryQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<unknown> {
    await this.existing(tenantId, id);
    const history = await this.queries.execute(new ReadDeploymentHistory(tenantId, id));
    return pageOfHistory(this.cursors, history, { query, scope: [tenantId, 'deployment', id] });
  }

  @Get('drift')
  @Operation({
    readsStream: 'deployment',
    summary: 'List the drift reports of a deployment, newest first',
    access: 'drift:read',
    answer: DriftPage,
    ...OF_DEPLOYMENT,
  })
  async listDeploymentDrift(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: DeploymentDriftListQuery }) query: DeploymentDriftListQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<unknown> {
    await this.existing(tenantId, id);
    const filter = { ...query, deploymentId: id };
    return showPage(await this.queries.execute(new ListDriftReports(tenantId, filter)), (report) => report);
  }

  @Get('drift-history')
  @Operation({
    readsStream: 'deployment',
    summary: 'Read how attributes of a deployment became what they are',
    access: 'drift:read',
    answer: DriftHistoryResource,
    ...OF_DEPLOYMENT,
  })
  async readDriftHistory(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: DriftHistoryQuery }) query: DriftHistoryQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<DriftHistoryResource> {
    await this.existing(tenantId, id);
    return this.queries.execute(new ReadDriftHistory(tenantId, id, query));
  }

  private async existing(tenantId: string, id: string): Promise<FoundDeployment> {
    return found(await this.queries.execute(new FindDeployment(tenantId, id)), 'deployment-not-found');
  }
}
