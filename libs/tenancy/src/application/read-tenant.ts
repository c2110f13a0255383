import { foldStream, type CommandRuntime } from '@caisson/event-sourcing';
import type { Invitation } from '../domain/tenant.state.js';
import { tenantAggregate } from './tenant.aggregate.js';

/** A tenant as its own facts tell it. */
export interface TenantRead {
  readonly name: string;
  /** How many belong to it now. */
  readonly memberCount: number;
  /** That can still be used, oldest first. */
  readonly invitations: readonly Invitation[];
}

/** Reads what no document holds of a tenant. O(members), like each command to it. */
export class ReadTenant {
  constructor(private readonly runtime: Pick<CommandRuntime, 'store' | 'clock'>) {}

  /** Undefined where a tenant was never founded, such as that of callers of another issuer. */
  async execute(tenantId: string): Promise<TenantRead | undefined> {
    const request = { id: tenantId, context: { tenantId } };
    const { state } = await foldStream(this.runtime.store, tenantAggregate(), request);
    if (state.status === 'absent') return undefined;
    const now = this.runtime.clock.now();
    return {
      name: state.name,
      memberCount: state.members.filter(({ status }) => status === 'active').length,
      invitations: state.invitations.filter(({ expiresAt }) => expiresAt > now),
    };
  }
}
