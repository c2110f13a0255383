import type { PlanningTableName, PriceBook, TypeTable } from '@caisson/contracts';
import { handleCommand, type CommandContext, type CommandRuntime, type Handled } from '@caisson/event-sourcing';
import type { TableRejection, TableState } from '../domain/table.decide.js';
import type { TableEvent } from '../domain/table.events.js';
import { tableAggregate, tableIdOf } from './table.aggregate.js';

/** A new version of a table, checked against its schema. */
export interface ReplaceTableInput {
  readonly table: PlanningTableName;
  readonly content: TypeTable | PriceBook;
  /** The version that the caller saw. */
  readonly ifVersion: number;
  readonly context: CommandContext;
}

/** Replaces a table of a tenant by a new version. Plans that exist keep the versions that they were computed from. */
export class ReplaceTable {
  constructor(private readonly runtime: CommandRuntime) {}

  /** @throws Fault as `handleCommand` does. */
  execute({
    content,
    context,
    ifVersion,
    table,
  }: ReplaceTableInput): Promise<Handled<TableState, TableEvent, TableRejection>> {
    const id = tableIdOf(context.tenantId, table);
    const command = { type: 'ReplaceTable', table, content, ifVersion, replacedBy: context.actor } as const;
    return handleCommand(this.runtime, tableAggregate, { id, command, context });
  }
}
