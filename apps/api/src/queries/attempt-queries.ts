import type { LogAnswer, LogQuery } from '@caisson/contracts';
import type { AttemptLogs } from '@caisson/engine';
import type { ConsumerStore } from '@caisson/event-sourcing';
import type { Clock } from '@caisson/kernel';
import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ATTEMPT_LOGS, CLOCK, CONSUMERS } from '../tokens.js';
import { attemptsOf, type AttemptView } from './attempts.js';

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

/** Answers `ReadAttemptLog`. */
@QueryHandler(ReadAttemptLog)
export class ReadAttemptLogHandler implements IQueryHandler<ReadAttemptLog> {
  constructor(
    @Inject(CONSUMERS) private readonly consumers: ConsumerStore,
    @Inject(ATTEMPT_LOGS) private readonly logs: Pick<AttemptLogs, 'read'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async execute({ attemptId, part, tenantId }: ReadAttemptLog): Promise<LogAnswer | undefined> {
    const { limit, offset, waitSeconds } = part;
    const deadlineMs = this.clock.monotonicMs() + waitSeconds * 1000;
    for (;;) {
      const attempt = await this.find(tenantId, attemptId);
      if (attempt === undefined) return undefined;
      const isOver = attempt.finishedAt !== undefined; // Asked first: all was written before it ended.
      const { lines, nextOffset } = await this.logs.read({ tenantId, attemptId }, offset, limit);
      const leftMs = deadlineMs - this.clock.monotonicMs();
      if (lines.length > 0 || isOver || leftMs <= 0) {
        return { lines: [...lines], offset, nextOffset, complete: isOver && lines.length < limit };
      }
      await this.clock.sleep(Math.min(leftMs, LOOK_EVERY_MS));
    }
  }

  private async find(tenantId: string, attemptId: string): Promise<AttemptView | undefined> {
    const taskId = attemptId.slice(0, attemptId.lastIndexOf('/'));
    const [runId = ''] = taskId.split('/');
    const facts = await this.consumers.readStream({ tenantId, streamId: `execution-${runId}` }, 0);
    return attemptsOf(taskId, facts).find(({ id }) => id === attemptId);
  }
}
