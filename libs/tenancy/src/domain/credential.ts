import { accept, reject, unreachable, type Decider, type Decision } from '@caisson/kernel';

/** Facts about one credential of engines. Its values are never a fact. */
export type CredentialEvent =
  | {
      readonly type: 'CredentialStored';
      readonly name: string;
      /** Of its values, from 1. */
      readonly version: number;
      /** Names of its values. */
      readonly variables: readonly string[];
    }
  /** Its values are as they were, under another key of the installation. */
  | { readonly type: 'CredentialRewrapped'; readonly name: string; readonly version: number; readonly keyId: string }
  | { readonly type: 'CredentialRemoved'; readonly name: string; readonly version: number };

/** Everything that a credential judges. */
export type CredentialCommand =
  | { readonly type: 'StoreCredential'; readonly name: string; readonly variables: readonly string[] }
  /** `version`: the one whose values were put under the key. */
  | { readonly type: 'RewrapCredential'; readonly version: number; readonly keyId: string }
  | { readonly type: 'RemoveCredential' };

/** Why a credential says no. Codes are stable. */
export type CredentialRejection =
  | { readonly code: 'credential-not-found' }
  /** Other values were stored meanwhile. */
  | { readonly code: 'credential-changed' };

/** What a credential's stream folds to. A removed one goes on counting versions when it is stored again. */
export type CredentialState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'active' | 'removed';
      readonly name: string;
      readonly version: number;
      readonly variables: readonly string[];
    };

/** The rules of a credential. */
export const credentialDecider: Decider<CredentialState, CredentialCommand, CredentialEvent, CredentialRejection> = {
  initialState: { status: 'absent' },
  decide: decideCredential,
  evolve: evolveCredential,
};

function decideCredential(
  state: CredentialState,
  command: CredentialCommand,
): Decision<CredentialEvent, CredentialRejection> {
  if (command.type === 'StoreCredential') {
    const { name, variables } = command;
    const version = (state.status === 'absent' ? 0 : state.version) + 1;
    return accept({ type: 'CredentialStored', name, version, variables: [...variables].sort() });
  }
  if (state.status !== 'active') return reject({ code: 'credential-not-found' });
  const { name, version } = state;
  switch (command.type) {
    case 'RewrapCredential': {
      const { keyId } = command;
      if (command.version !== version) return reject({ code: 'credential-changed' });
      return accept({ type: 'CredentialRewrapped', name, version, keyId });
    }
    case 'RemoveCredential':
      return accept({ type: 'CredentialRemoved', name, version });
    default:
      return unreachable(command, 'command to a credential');
  }
}

function evolveCredential(state: CredentialState, event: CredentialEvent): CredentialState {
  switch (event.type) {
    case 'CredentialStored': {
      const { name, variables, version } = event;
      return { status: 'active', name, version, variables };
    }
    case 'CredentialRewrapped':
      return state;
    case 'CredentialRemoved':
      return state.status === 'absent' ? state : { ...state, status: 'removed', variables: [] };
    default:
      return unreachable(event, 'event of a credential');
  }
}
