import {
  ManageBreakers,
  ManageIgnores,
  ManageSchedule,
  ReplacePolicy,
  type AddIgnoreInput,
  type BreakerHandled,
  type CloseBreakerInput,
  type IgnoresHandled,
  type PolicyReplaced,
  type RemoveIgnoreInput,
  type ReplacePolicyInput,
  type ScheduleProblem,
  type ScheduleRequest,
  type SetScheduleInput,
} from '@caisson/drift';
import type { FactoryProvider } from '@nestjs/common';
import { handlerOf, UseCaseCommand } from './use-case-command.js';

/** Replaces the drift policy of a tenant. */
export class ReplacePolicyCommand extends UseCaseCommand<ReplacePolicyInput, PolicyReplaced> {}

/** Has a deployment scanned by a schedule. */
export class SetScheduleCommand extends UseCaseCommand<SetScheduleInput, ScheduleProblem | undefined> {}

/** Has a deployment scanned by no schedule. */
export class RemoveScheduleCommand extends UseCaseCommand<ScheduleRequest, void> {}

/** Has drift ignored by a rule. */
export class AddIgnoreCommand extends UseCaseCommand<AddIgnoreInput, IgnoresHandled> {}

/** Has drift ignored by a rule no longer. */
export class RemoveIgnoreCommand extends UseCaseCommand<RemoveIgnoreInput, IgnoresHandled> {}

/** Closes the breaker of a provider on a person's word. */
export class CloseBreakerCommand extends UseCaseCommand<CloseBreakerInput, BreakerHandled> {}

/** Which use case follows which command about drift. */
export const DRIFT_COMMAND_HANDLERS: readonly FactoryProvider[] = [
  handlerOf(ReplacePolicyCommand, ReplacePolicy, (replace, input) => replace.execute(input)),
  handlerOf(SetScheduleCommand, ManageSchedule, (schedules, input) => schedules.set(input)),
  handlerOf(AddIgnoreCommand, ManageIgnores, (ignores, input) => ignores.add(input)),
  handlerOf(RemoveIgnoreCommand, ManageIgnores, (ignores, input) => ignores.remove(input)),
  handlerOf(CloseBreakerCommand, ManageBreakers, (breakers, input) => breakers.close(input)),
  handlerOf(RemoveScheduleCommand, ManageSchedule, (schedules, input) => schedules.remove(input)),
];
