import { accept, reject, unreachable, type Decider } from '@caisson/kernel';
import type {
  PrincipalCommand,
  PrincipalDecision,
  PrincipalRejection,
  RefreshSession,
  StartSession,
} from './principal.commands.js';
import type { PrincipalEvent } from './principal.events.js';
import { evolvePrincipal, type PrincipalState, type Session } from './principal.state.js';

/** Sessions of one principal at once; another login ends the oldest one, so that its document stays small. */
export const SESSIONS_MAX = 50;

/** The rules of a principal. Its stream id follows from tenant and user name, so a name is given once. */
export const principalDecider: Decider<PrincipalState, PrincipalCommand, PrincipalEvent, PrincipalRejection> = {
  initialState: { status: 'absent' },
  decide: decidePrincipal,
  evolve: evolvePrincipal,
};

function decidePrincipal(state: PrincipalState, command: PrincipalCommand): PrincipalDecision {
  if (command.type === 'RegisterPrincipal') {
    const { principalId, role, username } = command;
    return state.status === 'absent'
      ? accept({ type: 'PrincipalRegistered', principalId, username, role })
      : reject({ code: 'username-taken', username });
  }
  if (state.status === 'absent') return reject({ code: 'session-ended' });
  switch (command.type) {
    case 'StartSession':
      return startSession(state.sessions, command);
    case 'RefreshSession':
      return refreshSession(state.sessions, command);
    case 'EndSession': {
      const { sessionId } = command;
      return has(state.sessions, sessionId)
        ? accept({ type: 'SessionEnded', sessionId, reason: 'logged-out' })
        : accept();
    }
    case 'ChangePassword':
      return has(state.sessions, command.keptSessionId)
        ? accept({ type: 'PasswordChanged', keptSessionId: command.keptSessionId })
        : reject({ code: 'session-ended' });
    default:
      return unreachable(command, 'command to a principal');
  }
}

function startSession(sessions: readonly Session[], { at, endsAt, sessionId }: StartSession): PrincipalDecision {
  const open = sessions.filter((session) => session.endsAt > at);
  const displaced = open.slice(0, Math.max(0, open.length - SESSIONS_MAX + 1)).map((session): PrincipalEvent => ({
    type: 'SessionEnded',
    sessionId: session.sessionId,
    reason: 'displaced',
  }));
  return accept<PrincipalEvent>(...displaced, { type: 'SessionStarted', sessionId, at, endsAt });
}

/** Whoever comes with an old token is the thief or the robbed; nobody can tell, so neither goes on. */
function refreshSession(sessions: readonly Session[], command: RefreshSession): PrincipalDecision {
  const { at, endsAt, generation, sessionId } = command;
  const session = sessions.find((candidate) => candidate.sessionId === sessionId);
  if (session === undefined || session.endsAt <= at) return reject({ code: 'session-ended' });
  if (generation !== session.generation) return accept({ type: 'SessionEnded', sessionId, reason: 'token-reused' });
  return accept({ type: 'SessionRefreshed', sessionId, generation: generation + 1, endsAt });
}

function has(sessions: readonly Session[], sessionId: string): boolean {
  return sessions.some((session) => session.sessionId === sessionId);
}
