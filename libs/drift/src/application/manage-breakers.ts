import type { BreakerRules } from '@caisson/contracts';
import {
  handleCommand,
  type CommandContext,
  type CommandRuntime,
  type DocumentStore,
  type Handled,
} from '@caisson/event-sourcing';
import type { BreakerRejection } from '../domain/breaker.decide.js';
import type { BreakerEvent, Look } from '../domain/breaker.events.js';
import type { BreakerState } from '../domain/breaker.state.js';
import { breakerAggregate, breakerIdOf, DRIFT_BREAKERS } from './breaker.aggregate.js';

/** What became of a command to a breaker. */
export type BreakerHandled = Handled<BreakerState, BreakerEvent, BreakerRejection>;

/** A person's word that a provider is well. */
export interface CloseBreakerInput {
  readonly provider: string;
  readonly reason: string;
  readonly context: CommandContext;
}

/** Tells breakers what was seen, closes them, and says which are open. */
export class ManageBreakers {
  constructor(
    private readonly runtime: CommandRuntime,
    private readonly documents: DocumentStore,
  ) {}

  /** Records how a provider looked in a scan. The same scan counts once. @throws Fault as `handleCommand` does. */
  recordLook(seen: {
    readonly provider: string;
    readonly look: Look;
    readonly rules: BreakerRules;
    readonly context: CommandContext;
  }): Promise<BreakerHandled> {
    const { context, look, provider, rules } = seen;
    const id = breakerIdOf(context.tenantId, provider);
    return handleCommand(this.runtime, breakerAggregate, {
      id,
      command: { type: 'RecordLook', provider, look, rules },
      context,
    });
  }

  /** Closes an open one on a person's word. @throws Fault as `handleCommand` does. */
  close(order: CloseBreakerInput): Promise<BreakerHandled> {
    const { context, provider, reason } = order;
    const at = this.runtime.clock.now();
    const command = { type: 'CloseBreaker', closedBy: context.actor, reason, at } as const;
    return handleCommand(this.runtime, breakerAggregate, {
      id: breakerIdOf(context.tenantId, provider),
      command,
      context,
    });
  }

  /** Those of some providers that are open. */
  async open(tenantId: string, providers: readonly string[]): Promise<readonly string[]> {
    const found = await Promise.all(
      providers.map((provider) => this.documents.get<BreakerState>(tenantId, DRIFT_BREAKERS, provider)),
    );
    return providers.filter((_provider, index) => found[index]?.body.status === 'open');
  }
}
