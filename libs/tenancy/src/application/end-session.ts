import { handleCommand, type CommandContext, type CommandRuntime } from '@caisson/event-sourcing';
import { principalAggregate } from './principal.aggregate.js';

/** Which session to end, and who asks: its principal. */
export interface EndSessionInput {
  readonly sessionId: string;
  readonly context: CommandContext;
}

/** Ends a session: its tokens are worth nothing any more. */
export class EndSession {
  constructor(private readonly runtime: CommandRuntime) {}

  /** @throws Fault as `handleCommand` does. */
  async execute({ context, sessionId }: EndSessionInput): Promise<void> {
    await handleCommand(this.runtime, principalAggregate(), {
      id: context.actor,
      command: { type: 'EndSession', sessionId },
      context,
    });
  }
}
