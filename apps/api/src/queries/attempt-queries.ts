import type { LogAnswer, LogQuery } from '@caisson/contracts';
import type { AttemptLogs } from '@caisson/engine';
import type { ConsumerStore, DocumentStore } from '@caisson/event-sourcing';
import type { Clock } from '@caisson/kernel';
import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ATTEMPT_LOGS, CLOCK, CONSUMERS, DOCUMENTS } from '../tokens.js';
import { attemptsOf, type AttemptView } from './attempts.js';
import { FOREIGN_COLLECTIONS } from './foreign-collections.js';
import type { TaskView } from './task-queries.js';

/** Pause between two looks at a log that is followed. */
const LOOK_EVERY_MS = 250;

/** The attempts of a task, oldest first. */
export class ListAttempts extends Query<readonly AttemptView[]> {
  constructor(
    readonly tenantId: string,
    readonly task: { readonly taskId: string; readonly runId: string },
  ) {
    super();
  }
}

/** One attempt; undefined when the tenant has none with the id. */
export class FindAttempt extends Query<AttemptView | undefined> {
  constructor(
    readonly tenantId: string,
    readonly id: string,
  ) {
    super();
  }
}

/** Part of the log of an attempt; undefined when there is no such attempt. */
export class ReadAttemptLog extends Query<LogAnswer | undefined> {
  constructor(
    readonly tenantId: string,
    readonly attemptId: string,
    readonly part: LogQuery,
  ) {
    super();
  }
}

/** Answers `ListAttempts`. */
@QueryHandler(ListAttempts)
export class ListAttemptsHandler implements IQueryHandler<ListAttempts> {
  constructor(@Inject(CONSUMERS) private readonly consumers: ConsumerStore) {}

  async execute({ task, tenantId }: ListAttempts): Promise<readonly AttemptView[]> {
    const stream = { tenantId, streamId: `execution-${task.runId}` };
    return attemptsOf(task.taskId, await this.consumers.readStream(stream, 0));
  }
}

/** Answers `FindAttempt`. */
@QueryHandler(FindAttempt)
export class FindAttemptHandler implements IQueryHandler<FindAttempt> {
  constructor(@Inject(CONSUMERS) private readonly consumers: ConsumerStore) {}

  execute({ id, tenantId }: FindAttempt): Promise<AttemptView | undefined> {
    return findAttempt(this.consumers, tenantId, id);
  }
}

/** Answers `ReadAttemptLog`. */
@QueryHandler(ReadAttemptLog)
export class ReadAttemptLogHandler implements IQueryHandler<ReadAttemptLog> {
  constructor(
    @Inject(CONSUMERS) private readonly consumers: ConsumerStore,
    @Inject(DOCUMENTS) private readonly documents: DocumentStore,
    @Inject(ATTEMPT_LOGS) private readonly logs: Pick<AttemptLogs, 'read'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async execute({ attemptId, part, tenantId }: ReadAttemptLog): Promise<LogAnswer | undefined> {
    const { limit, offset, waitSeconds } = part;
    const attempt = await findAttempt(this.consumers, tenantId, attemptId);
    if (attempt === undefined) return undefined;
    const deadlineMs = this.clock.monotonicMs() + waitSeconds * 1000;
    for (let isOver = attempt.finishedAt !== undefined; ; isOver = !(await this.isRunning(tenantId, attempt))) {
      // Whether it is over was asked first: all lines are written before an attempt ends.
      const { lines, nextOffset } = await this.logs.read({ tenantId, attemptId }, offset, limit);
      const leftMs = deadlineMs - this.clock.monotonicMs();
      if (lines.length > 0 || isOver || leftMs <= 0) {
        return { lines: [...lines], offset, nextOffset, complete: isOver && lines.length < limit };
      }
      await this.clock.sleep(Math.min(leftMs, LOOK_EVERY_MS));
    }
  }

  /** Of the newest attempt, by one row: a look that is repeated must not read the facts of a large run. */
  private async isRunning(tenantId: string, { attempt, taskId }: AttemptView): Promise<boolean> {
    const task = await this.documents.get<TaskView>(tenantId, FOREIGN_COLLECTIONS.task, taskId);
    return task?.body.state === 'running' && task.body.attempt === attempt;
  }
}

async function findAttempt(consumers: ConsumerStore, tenantId: string, id: string): Promise<AttemptView | undefined> {
  const taskId = id.slice(0, id.lastIndexOf('/'));
  const [runId = ''] = taskId.split('/');
  const facts = await consumers.readStream({ tenantId, streamId: `execution-${runId}` }, 0);
  return attemptsOf(taskId, facts).find((attempt) => attempt.id === id);
}
