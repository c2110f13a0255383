import type { ReplaceTable, ReplaceTableInput } from '@caisson/planning';
import { Command } from '@nestjs/cqrs';

/** What became of a replacement. */
export type TableReplaced = Awaited<ReturnType<ReplaceTable['execute']>>;

/** Replaces a table of the planner. */
export class ReplaceTableCommand extends Command<TableReplaced> {
  constructor(readonly input: ReplaceTableInput) {
    super();
  }
}
