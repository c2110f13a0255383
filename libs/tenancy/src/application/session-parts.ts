import type { CommandContext } from '@caisson/event-sourcing';
import type { Clock, Instant } from '@caisson/kernel';

/** A session lasts so long after its last exchange of tokens. */
const SESSION_MS = 7 * 24 * 60 * 60 * 1000;

/** The request that a use case answers, before it is known who asks. */
export type RequestContext = Pick<CommandContext, 'commandId' | 'correlationId' | 'causationId'>;

/** Now, and when a session ends that begins or is refreshed now. */
export function sessionTimes(clock: Clock): { readonly at: Instant; readonly endsAt: Instant } {
  const at = clock.now();
  return { at, endsAt: new Date(Date.parse(at) + SESSION_MS).toISOString() };
}
