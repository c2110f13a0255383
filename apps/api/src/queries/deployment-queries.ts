import {
  hideUrlSecrets,
  type DeployedResource,
  type DeploymentListQuery,
  type DesiredState,
  type RevisionListQuery,
} from '@caisson/contracts';
import {
  DEPLOYMENT_COLLECTIONS,
  resourcesOf,
  revisionDocumentId,
  type DeploymentView,
  type ResourcesView,
  type RevisionView,
} from '@caisson/deployment';
import type { DocumentStore } from '@caisson/event-sourcing';
import { PageCursors } from '@caisson/http';
import type { Json } from '@caisson/kernel';
import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DOCUMENTS } from '../tokens.js';
import { readPage, type Page } from './read-page.js';

/** A deployment with its version and what is desired. */
export interface FoundDeployment {
  readonly view: DeploymentView;
  readonly version: number;
  readonly desired: DesiredState | undefined;
}

/** One deployment; undefined when the tenant has none with the id. */
export class FindDeployment extends Query<FoundDeployment | undefined> {
  constructor(
    readonly tenantId: string,
    readonly id: string,
  ) {
    super();
  }
}

/** The deployments of a tenant. */
export class ListDeployments extends Query<Page<DeploymentView>> {
  constructor(
    readonly tenantId: string,
    readonly filter: DeploymentListQuery,
  ) {
    super();
  }
}

/** The versions of what is desired. */
export class ListRevisions extends Query<Page<RevisionView>> {
  constructor(
    readonly tenantId: string,
    readonly deploymentId: string,
    readonly page: RevisionListQuery,
  ) {
    super();
  }
}

/** One version of what is desired; undefined when there is none with the number. */
export class FindRevision extends Query<RevisionView | undefined> {
  constructor(
    readonly tenantId: string,
    readonly deploymentId: string,
    readonly revision: number,
  ) {
    super();
  }
}

/** What is applied, as the engines left it. */
export class FindResources extends Query<readonly DeployedResource[]> {
  constructor(
    readonly tenantId: string,
    readonly deploymentId: string,
  ) {
    super();
  }
}

/** Answers `FindDeployment`. */
@QueryHandler(FindDeployment)
export class FindDeploymentHandler implements IQueryHandler<FindDeployment> {
  constructor(@Inject(DOCUMENTS) private readonly documents: DocumentStore) {}

  async execute({ id, tenantId }: FindDeployment): Promise<FoundDeployment | undefined> {
    const found = await this.documents.get<DeploymentView>(tenantId, DEPLOYMENT_COLLECTIONS.deployment, id);
    if (found === undefined) return undefined;
    const revisionId = revisionDocumentId(id, found.body.revision);
    const revision = await this.documents.get<RevisionView>(tenantId, DEPLOYMENT_COLLECTIONS.revision, revisionId);
    return { view: found.body, version: found.version, desired: revision?.body.desired };
  }
}

/** Answers `ListDeployments`. */
@QueryHandler(ListDeployments)
export class ListDeploymentsHandler implements IQueryHandler<ListDeployments> {
  constructor(
    @Inject(DOCUMENTS) private readonly documents: DocumentStore,
    private readonly cursors: PageCursors,
  ) {}

  execute({ filter, tenantId }: ListDeployments): Promise<Page<DeploymentView>> {
    const { environment, name, status, ...part } = filter;
    const equals = { environment, name, status };
    const request = { tenantId, collection: DEPLOYMENT_COLLECTIONS.deployment, equals, ...part };
    return readPage(this.documents, this.cursors, request);
  }
}

/** Answers `ListRevisions`. */
@QueryHandler(ListRevisions)
export class ListRevisionsHandler implements IQueryHandler<ListRevisions> {
  constructor(
    @Inject(DOCUMENTS) private readonly documents: DocumentStore,
    private readonly cursors: PageCursors,
  ) {}

  execute({ deploymentId, page, tenantId }: ListRevisions): Promise<Page<RevisionView>> {
    const request = { tenantId, collection: DEPLOYMENT_COLLECTIONS.revision, equals: { deploymentId }, ...page };
    return readPage(this.documents, this.cursors, request);
  }
}

/** Answers `FindRevision`. */
@QueryHandler(FindRevision)
export class FindRevisionHandler implements IQueryHandler<FindRevision> {
  constructor(@Inject(DOCUMENTS) private readonly documents: DocumentStore) {}

  async execute({ deploymentId, revision, tenantId }: FindRevision): Promise<RevisionView | undefined> {
    const id = revisionDocumentId(deploymentId, revision);
    return (await this.documents.get<RevisionView>(tenantId, DEPLOYMENT_COLLECTIONS.revision, id))?.body;
  }
}

/** Answers `FindResources`. */
@QueryHandler(FindResources)
export class FindResourcesHandler implements IQueryHandler<FindResources> {
  constructor(@Inject(DOCUMENTS) private readonly documents: DocumentStore) {}

  async execute({ deploymentId, tenantId }: FindResources): Promise<readonly DeployedResource[]> {
    const { resources } = DEPLOYMENT_COLLECTIONS;
    const found = await this.documents.get<ResourcesView>(tenantId, resources, deploymentId);
    const units = found?.body.units ?? []; // Nothing was applied yet.
    return units
      .flatMap(resourcesOf)
      .map((one) => hideUrlSecrets(one as unknown as Json) as unknown as DeployedResource);
  }
}
