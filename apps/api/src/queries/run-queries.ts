import { hideUrlSecrets, type ApprovalResource, type RunListQuery, type TaskListQuery } from '@caisson/contracts';
import { DEPLOYMENT_COLLECTIONS, type RunView } from '@caisson/deployment';
import type { ConsumerStore, DocumentStore } from '@caisson/event-sourcing';
import { PageCursors } from '@caisson/http';
import type { JsonObject } from '@caisson/kernel';
import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { CONSUMERS, DOCUMENTS } from '../tokens.js';
import { approvalsOf } from './approvals.js';
import { FOREIGN_COLLECTIONS } from './foreign-collections.js';
import { readPage, type Page } from './read-page.js';
import { countTasks } from './task-progress.js';

/** One run; undefined when the tenant has none with the id. */
export class FindRun extends Query<RunView | undefined> {
  constructor(
    readonly tenantId: string,
    readonly id: string,
  ) {
    super();
  }
}

/** The runs that pass a filter. */
export class ListRuns extends Query<Page<RunView>> {
  constructor(
    readonly tenantId: string,
    readonly filter: RunListQuery,
  ) {
    super();
  }
}

/** A plan by its digest as people may see it; undefined when the tenant has none with it. */
export class FindPlan extends Query<JsonObject | undefined> {
  constructor(
    readonly tenantId: string,
    readonly digest: string,
  ) {
    super();
  }
}

/** The approvals that the plans of a run needed, oldest first. */
export class ListApprovals extends Query<readonly ApprovalResource[]> {
  constructor(
    readonly tenantId: string,
    readonly run: Pick<RunView, 'id' | 'deploymentId'>,
  ) {
    super();
  }
}

/** The tasks of a run. */
export class ListTasks extends Query<Page<JsonObject>> {
  constructor(
    readonly tenantId: string,
    readonly runId: string,
    readonly filter: TaskListQuery,
  ) {
    super();
  }
}

/** Answers `FindRun`. */
@QueryHandler(FindRun)
export class FindRunHandler implements IQueryHandler<FindRun> {
  constructor(@Inject(DOCUMENTS) private readonly documents: DocumentStore) {}

  async execute({ id, tenantId }: FindRun): Promise<RunView | undefined> {
    const found = await this.documents.get<RunView>(tenantId, DEPLOYMENT_COLLECTIONS.run, id);
    return found === undefined ? undefined : countTasks(this.documents, tenantId, found.body);
  }
}

/** Answers `ListRuns`. */
@QueryHandler(ListRuns)
export class ListRunsHandler implements IQueryHandler<ListRuns> {
  constructor(
    @Inject(DOCUMENTS) private readonly documents: DocumentStore,
    private readonly cursors: PageCursors,
  ) {}

  async execute({ filter, tenantId }: ListRuns): Promise<Page<RunView>> {
    const { deploymentId, kind, state, ...part } = filter;
    const equals = { deploymentId, kind, state };
    const request = { tenantId, collection: DEPLOYMENT_COLLECTIONS.run, equals, ...part };
    const { documents, ...more } = await readPage<RunView>(this.documents, this.cursors, request);
    const counted = documents.map(async (document) => ({
      ...document,
      body: await countTasks(this.documents, tenantId, document.body),
    }));
    return { documents: await Promise.all(counted), ...more };
  }
}

/** Answers `FindPlan`. */
@QueryHandler(FindPlan)
export class FindPlanHandler implements IQueryHandler<FindPlan> {
  constructor(@Inject(DOCUMENTS) private readonly documents: DocumentStore) {}

  async execute({ digest, tenantId }: FindPlan): Promise<JsonObject | undefined> {
    const found = await this.documents.get<{ plan: JsonObject }>(tenantId, FOREIGN_COLLECTIONS.plan, digest);
    return found === undefined ? undefined : (hideUrlSecrets(found.body.plan) as JsonObject);
  }
}

/** Answers `ListTasks`. */
@QueryHandler(ListTasks)
export class ListTasksHandler implements IQueryHandler<ListTasks> {
  constructor(
    @Inject(DOCUMENTS) private readonly documents: DocumentStore,
    private readonly cursors: PageCursors,
  ) {}

  execute({ filter, runId, tenantId }: ListTasks): Promise<Page<JsonObject>> {
    const { state, ...part } = filter;
    const request = { tenantId, collection: FOREIGN_COLLECTIONS.task, equals: { runId, state }, ...part };
    return readPage(this.documents, this.cursors, request);
  }
}

/** Answers `ListApprovals`. */
@QueryHandler(ListApprovals)
export class ListApprovalsHandler implements IQueryHandler<ListApprovals> {
  constructor(@Inject(CONSUMERS) private readonly consumers: ConsumerStore) {}

  async execute({ run, tenantId }: ListApprovals): Promise<readonly ApprovalResource[]> {
    const stream = { tenantId, streamId: `deployment-${run.deploymentId}` };
    return approvalsOf(run.id, await this.consumers.readStream(stream, 0));
  }
}
