import type { PolicyReplaced, ReplacePolicyInput } from '@caisson/drift';
import { Command } from '@nestjs/cqrs';

/** Replaces the drift policy of a tenant. */
export class ReplacePolicyCommand extends Command<PolicyReplaced> {
  constructor(readonly input: ReplacePolicyInput) {
    super();
  }
}
