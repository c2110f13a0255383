import type { Role } from '@caisson/contracts';
import { accept, reject, type Decider } from '@caisson/kernel';
import type { PrincipalCommand, PrincipalDecision, PrincipalRejection } from './principal.commands.js';
import type { PrincipalEvent } from './principal.events.js';

/** What a principal's stream folds to. */
export type PrincipalState =
  | { readonly status: 'absent' }
  | { readonly status: 'active'; readonly principalId: string; readonly username: string; readonly role: Role };

/** The rules of a principal. Its stream id follows from tenant and user name, so a name is given once. */
export const principalDecider: Decider<PrincipalState, PrincipalCommand, PrincipalEvent, PrincipalRejection> = {
  initialState: { status: 'absent' },
  decide: decidePrincipal,
  evolve: (_state, { principalId, role, username }) => ({ status: 'active', principalId, username, role }),
};

function decidePrincipal(state: PrincipalState, command: PrincipalCommand): PrincipalDecision {
  const { principalId, role, username } = command;
  return state.status === 'absent'
    ? accept({ type: 'PrincipalRegistered', principalId, username, role })
    : reject({ code: 'username-taken', username });
}
