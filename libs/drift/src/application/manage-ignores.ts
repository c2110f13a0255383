import {
  handleCommand,
  type CommandContext,
  type CommandRuntime,
  type DocumentStore,
  type Handled,
} from '@caisson/event-sourcing';
import { deterministicId } from '@caisson/kernel';
import type { IgnoreRule } from '../domain/ignore-rules.js';
import type { IgnoresEvent, IgnoresRejection, IgnoresState } from '../domain/ignores.decide.js';
import { DRIFT_IGNORES, ignoresAggregate, type IgnoresView } from './ignores.aggregate.js';
import type { StoredPolicies } from './stored-policies.js';

/** What became of a command about what is ignored. */
export type IgnoresHandled = Handled<IgnoresState, IgnoresEvent, IgnoresRejection>;

/** A rule as somebody asks for it. */
export interface AddIgnoreInput {
  readonly deploymentId: string;
  readonly rule: Pick<IgnoreRule, 'resource' | 'path' | 'reason' | 'expiresAt'>;
  readonly context: CommandContext;
}

/** Which rule goes. */
export interface RemoveIgnoreInput {
  readonly deploymentId: string;
  readonly ruleId: string;
  readonly context: CommandContext;
}

/** Adds and removes rules by which drift is ignored, and reads them. */
export class ManageIgnores {
  constructor(
    private readonly runtime: CommandRuntime,
    private readonly documents: DocumentStore,
    private readonly policies: StoredPolicies,
  ) {}

  /** Adds one, once for a command. @throws Fault as `handleCommand` does. */
  async add({ context, deploymentId, rule: asked }: AddIgnoreInput): Promise<IgnoresHandled> {
    const policy = await this.policies.current(context.tenantId);
    const { expiryRequired } = policy.content.ignore;
    const id = deterministicId('drift-ignore', context.commandId);
    const rule = { id, ...asked, addedBy: context.actor, addedAt: this.runtime.clock.now() };
    const command = { type: 'AddRule', deploymentId, rule, expiryRequired } as const;
    return handleCommand(this.runtime, ignoresAggregate, { id: deploymentId, command, context });
  }

  /** Removes one; one that is not there is fine. */
  remove({ context, deploymentId, ruleId }: RemoveIgnoreInput): Promise<IgnoresHandled> {
    const command = { type: 'RemoveRule', deploymentId, ruleId } as const;
    return handleCommand(this.runtime, ignoresAggregate, { id: deploymentId, command, context });
  }

  /** What is ignored in a deployment, ended rules included. */
  async rulesOf(tenantId: string, deploymentId: string): Promise<readonly IgnoreRule[]> {
    const found = await this.documents.get<IgnoresView>(tenantId, DRIFT_IGNORES, deploymentId);
    return found?.body.rules ?? [];
  }
}
