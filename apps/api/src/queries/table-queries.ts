import type { PlanningTableName } from '@caisson/contracts';
import { StoredTables, type FoundTable } from '@caisson/planning';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';

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
