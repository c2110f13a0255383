import { expect, it } from 'vitest';
import { remediationTurnsDecider, type RemediationTurns } from './remediation-turns.js';

const minute = (n: number): string => new Date(Date.UTC(2026, 2, 2, 10) + n * 60_000).toISOString();

/** Scans that ask in turn, each in its minute, and which of them were told yes. */
function ask(perHourMax: number, ...scans: readonly (readonly [scanId: string, atMinute: number])[]) {
  let state: RemediationTurns = remediationTurnsDecider.initialState;
  const allowed = scans.map(([scanId, at]) => {
    const command = { type: 'TakeTurn', scanId, perHourMax, at: minute(at) } as const;
    const decision = remediationTurnsDecider.decide(state, command);
    if (decision.outcome === 'accepted') state = decision.events.reduce(remediationTurnsDecider.evolve, state);
    return decision.outcome === 'accepted';
  });
  return { allowed, state };
}

it('gives so many turns within any hour', () => {
  const { allowed, state } = ask(2, ['a', 0], ['b', 30], ['c', 59], ['d', 60], ['e', 61], ['f', 90]);
  expect(allowed).toEqual([true, true, false, true, false, true]);
  expect(state.taken.map(({ scanId }) => scanId)).toEqual(['d', 'f']);
});

it('gives a scan its turn once, however often it asks', () => {
  const { allowed, state } = ask(1, ['a', 0], ['a', 1], ['b', 2], ['a', 3]);
  expect(allowed).toEqual([true, true, false, true]);
  expect(state.taken).toHaveLength(1);
});

it('gives none where the policy wants a person each time', () => {
  expect(ask(0, ['a', 0]).allowed).toEqual([false]);
});
