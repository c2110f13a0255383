import type { Role } from '@caisson/contracts';
import { accept, reject, unreachable, type Decider, type Decision, type Instant } from '@caisson/kernel';

/** Facts about one API key. Its secrets are never a fact. */
export type KeyEvent =
  | {
      readonly type: 'KeyIssued';
      readonly keyId: string;
      readonly name: string;
      readonly role: Role;
      readonly expiresAt?: string;
    }
  /** It has a new secret; the one before is good until then. */
  | { readonly type: 'KeyRotated'; readonly keyId: string; readonly generation: number; readonly previousUntil: string }
  | { readonly type: 'KeyRevoked'; readonly keyId: string };

/** Everything that an API key judges. */
export type KeyCommand =
  | {
      readonly type: 'IssueKey';
      readonly keyId: string;
      readonly name: string;
      readonly role: Role;
      readonly expiresAt?: Instant;
    }
  /** `generation`: the one whose secret is to be replaced. */
  | { readonly type: 'RotateKey'; readonly generation: number; readonly at: Instant; readonly previousUntil: Instant }
  | { readonly type: 'RevokeKey' };

/** Why an API key says no. Codes are stable. */
export type KeyRejection =
  | { readonly code: 'key-not-found' }
  | { readonly code: 'key-revoked' }
  | { readonly code: 'key-expired' }
  /** Somebody else rotated it meanwhile. */
  | { readonly code: 'key-changed' };

/** What an API key's stream folds to. `generation` is that of its newest secret, from 1. */
export type KeyState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'active' | 'revoked';
      readonly keyId: string;
      readonly name: string;
      readonly role: Role;
      readonly expiresAt?: string;
      readonly generation: number;
    };

/** The rules of an API key. */
export const keyDecider: Decider<KeyState, KeyCommand, KeyEvent, KeyRejection> = {
  initialState: { status: 'absent' },
  decide: decideKey,
  evolve: evolveKey,
};

function decideKey(state: KeyState, command: KeyCommand): Decision<KeyEvent, KeyRejection> {
  if (command.type === 'IssueKey') {
    const { type: _, ...facts } = command;
    return state.status === 'absent' ? accept({ type: 'KeyIssued', ...facts }) : reject({ code: 'key-changed' });
  }
  if (state.status === 'absent') return reject({ code: 'key-not-found' });
  const { keyId } = state;
  switch (command.type) {
    case 'RotateKey': {
      const { at, generation, previousUntil } = command;
      if (state.status === 'revoked') return reject({ code: 'key-revoked' });
      if (state.expiresAt !== undefined && state.expiresAt <= at) return reject({ code: 'key-expired' });
      if (state.generation !== generation) return reject({ code: 'key-changed' });
      return accept({ type: 'KeyRotated', keyId, generation: generation + 1, previousUntil });
    }
    case 'RevokeKey':
      return state.status === 'revoked' ? accept() : accept({ type: 'KeyRevoked', keyId });
    default:
      return unreachable(command, 'command to an API key');
  }
}

function evolveKey(state: KeyState, event: KeyEvent): KeyState {
  if (event.type === 'KeyIssued') {
    const { type: _, ...facts } = event;
    return { status: 'active', ...facts, generation: 1 };
  }
  if (state.status === 'absent') return state;
  switch (event.type) {
    case 'KeyRotated':
      return { ...state, generation: event.generation };
    case 'KeyRevoked':
      return { ...state, status: 'revoked' };
    default:
      return unreachable(event, 'event of an API key');
  }
}
