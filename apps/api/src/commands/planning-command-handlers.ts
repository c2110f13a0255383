import { ReplaceTable } from '@caisson/planning';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ReplaceTableCommand, type TableReplaced } from './planning-commands.js';

/** Takes a replacement to its use case. */
@CommandHandler(ReplaceTableCommand)
export class ReplaceTableHandler implements ICommandHandler<ReplaceTableCommand> {
  constructor(private readonly replaceTable: ReplaceTable) {}

  execute({ input }: ReplaceTableCommand): Promise<TableReplaced> {
    return this.replaceTable.execute(input);
  }
}
