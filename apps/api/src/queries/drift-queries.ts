import { readCron } from '@caisson/cron';
import {
  DRIFT_BREAKERS,
  DRIFT_SCHEDULES,
  ManageBreakers,
  ManageIgnores,
  StoredPolicies,
  driftHistory,
  nextTurn,
  type BreakerState,
  type FoundPolicy,
  type PastScan,
  type ScheduleView,
} from '@caisson/drift';
import type { FoundDrift } from '@caisson/deployment';
import type { DocumentStore } from '@caisson/event-sourcing';
import { PageCursors } from '@caisson/http';
import type { Clock, JsonObject } from '@caisson/kernel';
import {
  PAGE_ITEMS_MAX,
  type BreakerListQuery,
  type DriftHistoryQuery,
  type DriftHistoryResource,
  type DriftIgnoresResource,
  type DriftListQuery,
  type DriftScheduleResource,
} from '@caisson/contracts';
import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { CLOCK, DOCUMENTS } from '../tokens.js';
import { FOREIGN_COLLECTIONS } from './foreign-collections.js';
import { readPage, type Page } from './read-page.js';

/** A drift report as stored. */
export type DriftReport = JsonObject & {
  readonly id: string;
  readonly deploymentId: string;
  readonly status: string;
  readonly items: readonly (JsonObject & FoundDrift)[];
  /** Absent in reports that are older than breakers. */
  readonly providers?: readonly string[];
  /** Absent in reports that knew the providers of what differs alone. */
  readonly providersLooked?: readonly string[];
};

/** One drift report; undefined when the tenant has none with the id. */
export class FindDriftReport extends Query<DriftReport | undefined> {
  constructor(
    readonly tenantId: string,
    readonly id: string,
  ) {
    super();
  }
}

/** Drift reports. */
export class ListDriftReports extends Query<Page<DriftReport>> {
  constructor(
    readonly tenantId: string,
    readonly filter: DriftListQuery,
  ) {
    super();
  }
}

/** Answers `FindDriftReport`. */
@QueryHandler(FindDriftReport)
export class FindDriftReportHandler implements IQueryHandler<FindDriftReport> {
  constructor(@Inject(DOCUMENTS) private readonly documents: DocumentStore) {}

  async execute({ id, tenantId }: FindDriftReport): Promise<DriftReport | undefined> {
    const found = await this.documents.get<DriftReport>(tenantId, FOREIGN_COLLECTIONS.driftReport, id);
    return found?.body;
  }
}

/** Answers `ListDriftReports`. */
@QueryHandler(ListDriftReports)
export class ListDriftReportsHandler implements IQueryHandler<ListDriftReports> {
  constructor(
    @Inject(DOCUMENTS) private readonly documents: DocumentStore,
    private readonly cursors: PageCursors,
  ) {}

  execute({ filter, tenantId }: ListDriftReports): Promise<Page<DriftReport>> {
    const { deploymentId, maxSeverity, status, ...part } = filter;
    const equals = { deploymentId, maxSeverity, status };
    const request = { tenantId, collection: FOREIGN_COLLECTIONS.driftReport, equals, ...part };
    return readPage(this.documents, this.cursors, request);
  }
}

/** A version of the drift policy, or the newest; undefined when the tenant has none with the number. */
export class FindDriftPolicy extends Query<FoundPolicy | undefined> {
  constructor(
    readonly tenantId: string,
    readonly version?: number,
  ) {
    super();
  }
}

/** Answers `FindDriftPolicy`. */
@QueryHandler(FindDriftPolicy)
export class FindDriftPolicyHandler implements IQueryHandler<FindDriftPolicy> {
  constructor(private readonly policies: StoredPolicies) {}

  execute({ tenantId, version }: FindDriftPolicy): Promise<FoundPolicy | undefined> {
    return version === undefined ? this.policies.current(tenantId) : this.policies.find(tenantId, version);
  }
}

/** The schedule by which a deployment is scanned, with its next turn; undefined when there is none. */
export class FindDriftSchedule extends Query<DriftScheduleResource | undefined> {
  constructor(
    readonly tenantId: string,
    readonly deploymentId: string,
  ) {
    super();
  }
}

/** Answers `FindDriftSchedule`. */
@QueryHandler(FindDriftSchedule)
export class FindDriftScheduleHandler implements IQueryHandler<FindDriftSchedule> {
  constructor(
    @Inject(DOCUMENTS) private readonly documents: DocumentStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async execute({ deploymentId, tenantId }: FindDriftSchedule): Promise<DriftScheduleResource | undefined> {
    const found = await this.documents.get<ScheduleView>(tenantId, DRIFT_SCHEDULES, deploymentId);
    const schedule = found?.body.schedule;
    if (schedule === undefined) return undefined;
    const { spreadMinutes, ...shown } = schedule;
    const reading = readCron(schedule);
    const next =
      reading.outcome === 'unknown' ? undefined : nextTurn(reading, { deploymentId, spreadMinutes }, this.clock.now());
    return {
      deploymentId,
      ...shown,
      ...(spreadMinutes === undefined ? {} : { spreadMinutes }),
      ...(next === undefined ? {} : { nextAt: next.dueAt }),
    };
  }
}

/** Which drift of a deployment is ignored. */
export class FindDriftIgnores extends Query<DriftIgnoresResource> {
  constructor(
    readonly tenantId: string,
    readonly deploymentId: string,
  ) {
    super();
  }
}

/** Answers `FindDriftIgnores`. */
@QueryHandler(FindDriftIgnores)
export class FindDriftIgnoresHandler implements IQueryHandler<FindDriftIgnores> {
  constructor(private readonly ignores: ManageIgnores) {}

  async execute({ deploymentId, tenantId }: FindDriftIgnores): Promise<DriftIgnoresResource> {
    return { deploymentId, rules: [...(await this.ignores.rulesOf(tenantId, deploymentId))] };
  }
}

/** Newest reports that a history follows from. Two pages of the store. */
const HISTORY_REPORTS_MAX = 2 * PAGE_ITEMS_MAX;

/** How attributes of a deployment became what they are. */
export class ReadDriftHistory extends Query<DriftHistoryResource> {
  constructor(
    readonly tenantId: string,
    readonly deploymentId: string,
    readonly filter: DriftHistoryQuery,
  ) {
    super();
  }
}

/** Answers `ReadDriftHistory`. */
@QueryHandler(ReadDriftHistory)
export class ReadDriftHistoryHandler implements IQueryHandler<ReadDriftHistory> {
  constructor(@Inject(DOCUMENTS) private readonly documents: DocumentStore) {}

  async execute({ deploymentId, filter, tenantId }: ReadDriftHistory): Promise<DriftHistoryResource> {
    const scans = await this.scansOf(tenantId, deploymentId);
    const { path, resource } = filter;
    const attributes = driftHistory(scans).filter(
      (one) => (resource ?? one.resource) === one.resource && (path ?? one.path) === one.path,
    );
    const latest = scans.toSorted((left, right) => (left.startedAt < right.startedAt ? -1 : 1)).at(-1);
    return {
      deploymentId,
      ...(latest === undefined ? {} : { latest: latest.id }),
      reports: scans.length,
      attributes: attributes.map((one) => ({ ...one, sights: [...one.sights] })),
    };
  }

  private async scansOf(tenantId: string, deploymentId: string): Promise<readonly PastScan[]> {
    const scans: PastScan[] = [];
    const query = { tenantId, collection: FOREIGN_COLLECTIONS.driftReport, limit: PAGE_ITEMS_MAX };
    const equals = { deploymentId, status: 'completed' };
    let after: { readonly afterId?: string } = {};
    while (scans.length < HISTORY_REPORTS_MAX) {
      const page = await this.documents.find<JsonObject & PastScan>({ ...query, equals, ...after });
      scans.push(...page.map(({ body }) => body));
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE_ITEMS_MAX) break;
      after = { afterId: last.id };
    }
    return scans;
  }
}

/** The breaker of a provider; undefined when nothing ever went wrong with it. */
export class FindDriftBreaker extends Query<BreakerState | undefined> {
  constructor(
    readonly tenantId: string,
    readonly provider: string,
  ) {
    super();
  }
}

/** Answers `FindDriftBreaker`. */
@QueryHandler(FindDriftBreaker)
export class FindDriftBreakerHandler implements IQueryHandler<FindDriftBreaker> {
  constructor(@Inject(DOCUMENTS) private readonly documents: DocumentStore) {}

  async execute({ provider, tenantId }: FindDriftBreaker): Promise<BreakerState | undefined> {
    return (await this.documents.get<BreakerState>(tenantId, DRIFT_BREAKERS, provider))?.body;
  }
}

/** The breakers of a tenant, by provider. */
export class ListDriftBreakers extends Query<Page<BreakerState>> {
  constructor(
    readonly tenantId: string,
    readonly page: BreakerListQuery,
  ) {
    super();
  }
}

/** Answers `ListDriftBreakers`. */
@QueryHandler(ListDriftBreakers)
export class ListDriftBreakersHandler implements IQueryHandler<ListDriftBreakers> {
  constructor(
    @Inject(DOCUMENTS) private readonly documents: DocumentStore,
    private readonly cursors: PageCursors,
  ) {}

  execute({ page, tenantId }: ListDriftBreakers): Promise<Page<BreakerState>> {
    return readPage(this.documents, this.cursors, { tenantId, collection: DRIFT_BREAKERS, equals: {}, ...page });
  }
}

/** Those of some providers whose breakers are open. */
export class FindOpenBreakers extends Query<readonly string[]> {
  constructor(
    readonly tenantId: string,
    readonly providers: readonly string[],
  ) {
    super();
  }
}

/** Answers `FindOpenBreakers`. */
@QueryHandler(FindOpenBreakers)
export class FindOpenBreakersHandler implements IQueryHandler<FindOpenBreakers> {
  constructor(private readonly breakers: ManageBreakers) {}

  execute({ providers, tenantId }: FindOpenBreakers): Promise<readonly string[]> {
    return this.breakers.open(tenantId, providers);
  }
}
