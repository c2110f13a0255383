import { ReplaceTable, type ReplaceTableInput } from '@caisson/planning';
import type { FactoryProvider } from '@nestjs/common';
import { handlerOf, UseCaseCommand } from './use-case-command.js';

/** What became of a replacement. */
export type TableReplaced = Awaited<ReturnType<ReplaceTable['execute']>>;

/** Replaces a table of the planner. */
export class ReplaceTableCommand extends UseCaseCommand<ReplaceTableInput, TableReplaced> {}

/** Which use case follows which command about planning. */
export const PLANNING_COMMAND_HANDLERS: readonly FactoryProvider[] = [
  handlerOf(ReplaceTableCommand, ReplaceTable, (replace, input) => replace.execute(input)),
];
