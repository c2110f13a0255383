import type { TaskState } from '@caisson/contracts';
import type { DocumentStore } from '@caisson/event-sourcing';
import type { JsonObject } from '@caisson/kernel';
import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DOCUMENTS } from '../tokens.js';
import { FOREIGN_COLLECTIONS } from './foreign-collections.js';

/** A task as its executor keeps it, as far as it is read here. */
export type TaskView = JsonObject & {
  readonly taskId: string;
  readonly runId: string;
  readonly deploymentId: string;
  readonly failure?: { readonly code: string };
  readonly unitId: string;
  readonly phase: 'apply' | 'rollback';
  readonly state: TaskState;
  readonly attempt: number;
  readonly waiting?: { readonly cycle: number; readonly callback: boolean; readonly until: string };
};

/** One task; undefined when the tenant has none with the id. */
export class FindTask extends Query<TaskView | undefined> {
  constructor(
    readonly tenantId: string,
    readonly id: string,
  ) {
    super();
  }
}

/** Answers `FindTask`. */
@QueryHandler(FindTask)
export class FindTaskHandler implements IQueryHandler<FindTask> {
  constructor(@Inject(DOCUMENTS) private readonly documents: DocumentStore) {}

  async execute({ id, tenantId }: FindTask): Promise<TaskView | undefined> {
    return (await this.documents.get<TaskView>(tenantId, FOREIGN_COLLECTIONS.task, id))?.body;
  }
}
