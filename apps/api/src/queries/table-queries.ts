import type { PlanningTableName, PriceBook, TypeTable } from '@caisson/contracts';
import { engineMentions, StoredTables, type EngineMention, type FoundTable } from '@caisson/planning';
import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { ApiPorts } from '../ports.js';
import { INSTALLED_ENGINES } from '../tokens.js';

/** A version of a table of the planner, or the newest; undefined when the tenant has none with the number. */
export class FindTable extends Query<FoundTable | undefined> {
  constructor(
    readonly tenantId: string,
    readonly table: PlanningTableName,
    readonly version?: number,
  ) {
    super();
  }
}

/** Answers `FindTable`. */
@QueryHandler(FindTable)
export class FindTableHandler implements IQueryHandler<FindTable> {
  constructor(private readonly tables: StoredTables) {}

  execute({ table, tenantId, version }: FindTable): Promise<FoundTable | undefined> {
    return this.tables.find(tenantId, table, version);
  }
}

/**
 * The places where a new version of a table names an engine that the planner does not have, and that the newest version
 * does not name either: an engine that is not installed now may stay in a table.
 */
export class FindUnknownEngines extends Query<readonly EngineMention[]> {
  constructor(
    readonly tenantId: string,
    readonly table: PlanningTableName,
    readonly content: TypeTable | PriceBook,
  ) {
    super();
  }
}

/** Answers `FindUnknownEngines`. While no planner has said what it has, nothing is unknown. */
@QueryHandler(FindUnknownEngines)
export class FindUnknownEnginesHandler implements IQueryHandler<FindUnknownEngines> {
  constructor(
    private readonly tables: StoredTables,
    @Inject(INSTALLED_ENGINES) private readonly installed: ApiPorts['installed'],
  ) {}

  async execute({ content, table, tenantId }: FindUnknownEngines): Promise<readonly EngineMention[]> {
    const [engines, newest] = await Promise.all([this.installed.of('planner'), this.tables.find(tenantId, table)]);
    if (engines.size === 0 || newest === undefined) return [];
    const named = new Set(engineMentions(newest.content).map(({ engine }) => engine));
    return engineMentions(content).filter(({ engine }) => !engines.has(engine) && !named.has(engine));
  }
}
