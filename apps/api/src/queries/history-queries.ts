import type { HistoryEntry, PublicEvent } from '@caisson/contracts';
import type { ConsumerStore } from '@caisson/event-sourcing';
import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { CONSUMERS } from '../tokens.js';
import { orderHistory, outsideCauses, relatedStreams } from './order-history.js';

/** Streams of runs and scans that one history shows; the newest ones. */
const RELATED_STREAMS_MAX = 200;

/** Streams read at once. */
const AT_ONCE = 8;

/** A history in the order of time. */
export interface History {
  readonly items: readonly HistoryEntry[];
  /** False when older runs were left out. */
  readonly complete: boolean;
}

/** All that happened to a deployment: its own facts, and those of its plans, executions and scans. */
export class ReadDeploymentHistory extends Query<History> {
  constructor(
    readonly tenantId: string,
    readonly deploymentId: string,
  ) {
    super();
  }
}

/** All that happened in one run. */
export class ReadRunHistory extends Query<History> {
  constructor(
    readonly tenantId: string,
    readonly run: { readonly id: string; readonly deploymentId: string },
  ) {
    super();
  }
}

/** Answers `ReadDeploymentHistory`. */
@QueryHandler(ReadDeploymentHistory)
export class ReadDeploymentHistoryHandler implements IQueryHandler<ReadDeploymentHistory> {
  constructor(@Inject(CONSUMERS) private readonly consumers: ConsumerStore) {}

  async execute({ deploymentId, tenantId }: ReadDeploymentHistory): Promise<History> {
    const own = await this.consumers.readStream({ tenantId, streamId: `deployment-${deploymentId}` }, 0);
    const related = relatedStreams(own);
    const shown = related.slice(-RELATED_STREAMS_MAX);
    const others = await readStreams(this.consumers, tenantId, shown);
    const events = await withCauses(this.consumers, tenantId, [...own, ...others]);
    return { items: orderHistory(events), complete: shown.length === related.length };
  }
}

/** Answers `ReadRunHistory`. */
@QueryHandler(ReadRunHistory)
export class ReadRunHistoryHandler implements IQueryHandler<ReadRunHistory> {
  constructor(@Inject(CONSUMERS) private readonly consumers: ConsumerStore) {}

  async execute({ run, tenantId }: ReadRunHistory): Promise<History> {
    const own = await this.consumers.readStream({ tenantId, streamId: `deployment-${run.deploymentId}` }, 0);
    const ofRun = own.filter((event) => (event.data as { readonly runId?: unknown }).runId === run.id);
    const others = await readStreams(this.consumers, tenantId, [`plan-${run.id}`, `execution-${run.id}`]);
    const events = await withCauses(this.consumers, tenantId, [...ofRun, ...others]);
    return { items: orderHistory(events), complete: true };
  }
}

/** Adds what the newest runs were requested because of, such as a push. */
async function withCauses(
  consumers: ConsumerStore,
  tenantId: string,
  shown: readonly PublicEvent[],
): Promise<readonly PublicEvent[]> {
  const causes = outsideCauses(shown).slice(-RELATED_STREAMS_MAX);
  return causes.length === 0 ? shown : [...shown, ...(await consumers.readEvents(tenantId, causes))];
}

async function readStreams(
  consumers: ConsumerStore,
  tenantId: string,
  streamIds: readonly string[],
): Promise<readonly PublicEvent[]> {
  const events: PublicEvent[] = [];
  for (let start = 0; start < streamIds.length; start += AT_ONCE) {
    const part = streamIds.slice(start, start + AT_ONCE);
    const read = await Promise.all(part.map((streamId) => consumers.readStream({ tenantId, streamId }, 0)));
    events.push(...read.flat());
  }
  return events;
}
