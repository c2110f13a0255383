import { expect, it } from 'vitest';
import { credentialDecider, type CredentialCommand, type CredentialState } from './credential.js';

/** Sends commands in turn; gives the state, or the first refusal. */
function play(...commands: readonly CredentialCommand[]): CredentialState | string {
  let state = credentialDecider.initialState;
  for (const command of commands) {
    const decision = credentialDecider.decide(state, command);
    if (decision.outcome === 'rejected') return decision.rejection.code;
    state = decision.events.reduce((current, event) => credentialDecider.evolve(current, event), state);
  }
  return state;
}

const store = { type: 'StoreCredential', name: 'aws', variables: ['SECRET', 'ID'] } as const;
const remove = { type: 'RemoveCredential' } as const;
const rewrap = { type: 'RewrapCredential', version: 1, keyId: 'k2' } as const;

it('counts its versions, also after it was removed', () => {
  expect(play(store)).toEqual({ status: 'active', name: 'aws', version: 1, variables: ['ID', 'SECRET'] });
  expect(play(store, store)).toMatchObject({ status: 'active', version: 2 });
  expect(play(store, remove)).toMatchObject({ status: 'removed', version: 1, variables: [] });
  expect(play(store, remove, store)).toMatchObject({ status: 'active', version: 2 });
});

it('goes under another key only with the values that were put under it', () => {
  expect(play(store, rewrap)).toMatchObject({ version: 1 });
  expect(play(store, store, rewrap)).toBe('credential-changed');
});

it.each([[remove], [rewrap]])('is not there before it was stored and after it was removed', (command) => {
  expect(play(command)).toBe('credential-not-found');
  expect(play(store, remove, command)).toBe('credential-not-found');
});
