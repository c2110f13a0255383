import { handleCommand, type CommandContext, type CommandRuntime } from '@caisson/event-sourcing';
import type { AskedCeilings, TenantRejection } from '../domain/tenant.commands.js';
import { tenantAggregate } from './tenant.aggregate.js';

/** How much the tenant of the context may have. */
export interface ChangeQuotasInput {
  readonly ceilings: AskedCeilings;
  readonly context: CommandContext;
}

/** Says how much a tenant may have. What it has already stays. */
export class ChangeQuotas {
  constructor(private readonly runtime: CommandRuntime) {}

  /** Why not; undefined when it is so now. @throws Fault as `handleCommand` does. */
  async execute({ ceilings, context }: ChangeQuotasInput): Promise<TenantRejection | undefined> {
    const command = { type: 'ChangeQuotas', ceilings } as const;
    const handled = await handleCommand(this.runtime, tenantAggregate(), { id: context.tenantId, command, context });
    return handled.outcome === 'rejected' ? handled.rejection : undefined;
  }
}
