import type { CommandContext } from '@caisson/event-sourcing';
import type { PrincipalState, Session } from '../domain/principal.state.js';
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

/** A session of a principal; undefined: it has ended, or never was. */
export function sessionOf(state: PrincipalState, sessionId: string): Session | undefined {
  return state.status === 'absent' ? undefined : state.sessions.find((candidate) => candidate.sessionId === sessionId);
}
