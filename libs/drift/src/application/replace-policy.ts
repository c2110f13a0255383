import type { DriftPolicy } from '@caisson/contracts';
import { handleCommand, type CommandContext, type CommandRuntime, type Handled } from '@caisson/event-sourcing';
import type { PolicyRejection, PolicyState } from '../domain/policy.decide.js';
import type { PolicyEvent } from '../domain/policy.events.js';
import { policyAggregate, policyIdOf } from './policy.aggregate.js';

/** A new version of the policy, checked against its schema. */
export interface ReplacePolicyInput {
  readonly content: DriftPolicy;
  /** The version that the caller saw. */
  readonly ifVersion: number;
  readonly context: CommandContext;
}

/** What became of a replacement. */
export type PolicyReplaced = Handled<PolicyState, PolicyEvent, PolicyRejection>;

/** Replaces a tenant's drift policy by a new version. Reports that exist keep the severities that they have. */
export class ReplacePolicy {
  constructor(private readonly runtime: CommandRuntime) {}

  /** @throws Fault as `handleCommand` does. */
  execute({ content, context, ifVersion }: ReplacePolicyInput): Promise<PolicyReplaced> {
    const command = { type: 'ReplacePolicy', content, ifVersion, replacedBy: context.actor } as const;
    return handleCommand(this.runtime, policyAggregate, { id: policyIdOf(context.tenantId), command, context });
  }
}
