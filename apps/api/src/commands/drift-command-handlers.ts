import { ReplacePolicy, type PolicyReplaced } from '@caisson/drift';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ReplacePolicyCommand } from './drift-commands.js';

/** Takes a new policy to its use case. */
@CommandHandler(ReplacePolicyCommand)
export class ReplacePolicyHandler implements ICommandHandler<ReplacePolicyCommand> {
  constructor(private readonly replacePolicy: ReplacePolicy) {}

  execute({ input }: ReplacePolicyCommand): Promise<PolicyReplaced> {
    return this.replacePolicy.execute(input);
  }
}
