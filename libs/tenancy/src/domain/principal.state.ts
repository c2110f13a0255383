import { unreachable } from '@caisson/kernel';
import type { PrincipalEvent } from './principal.events.js';

/** A login that goes on: a family of refresh tokens of which one is good. */
export interface Session {
  readonly sessionId: string;
  /** Of the refresh token that is good. */
  readonly generation: number;
  readonly endsAt: string;
}

/** What a principal's stream folds to. Sessions are in the order in which they began. */
export type PrincipalState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'active';
      readonly principalId: string;
      readonly username: string;
      readonly sessions: readonly Session[];
    };

/** Applies one recorded fact. */
export function evolvePrincipal(state: PrincipalState, event: PrincipalEvent): PrincipalState {
  if (event.type === 'PrincipalRegistered') {
    return { status: 'active', principalId: event.principalId, username: event.username, sessions: [] };
  }
  if (state.status === 'absent') return state;
  return { ...state, sessions: sessionsAfter(state.sessions, event) };
}

function sessionsAfter(
  sessions: readonly Session[],
  event: Exclude<PrincipalEvent, { type: 'PrincipalRegistered' }>,
): readonly Session[] {
  switch (event.type) {
    case 'SessionStarted': {
      const { at, endsAt, sessionId } = event;
      return [...sessions.filter((session) => session.endsAt > at), { sessionId, generation: 1, endsAt }];
    }
    case 'SessionRefreshed': {
      const { endsAt, generation, sessionId } = event;
      return sessions.map((session) => (session.sessionId === sessionId ? { sessionId, generation, endsAt } : session));
    }
    case 'SessionEnded':
      return sessions.filter(({ sessionId }) => sessionId !== event.sessionId);
    case 'PasswordChanged':
      return sessions.filter(({ sessionId }) => sessionId === event.keptSessionId);
    default:
      return unreachable(event, 'principal event');
  }
}
