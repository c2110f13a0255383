import { BreakerRules } from '@caisson/contracts';
import { expect, it } from 'vitest';
import type { BreakerState } from '../domain/breaker.state.js';
import { breakerAggregate } from './breaker.aggregate.js';

it('keeps what it remembers, since its stream has no end', () => {
  const { decider, snapshots } = breakerAggregate;
  const rules = BreakerRules.parse({});
  const at = '2026-03-02T10:00:00.000Z';
  const look = (n: number) =>
    ({ scanId: `s${n}`, deploymentId: `d${n % 5}`, verdict: n % 2 === 0 ? 'unreadable' : 'healthy', at }) as const;
  let state: BreakerState = decider.initialState;
  let events = 0;
  for (let n = 0; n < 300; n += 1) {
    const command = {
      type: 'RecordLook',
      provider: 'aws',
      look: look(n),
      rules: { ...rules, wrongDeployments: 9 },
    } as const;
    const decision = decider.decide(state, command);
    const made = decision.outcome === 'accepted' ? decision.events : [];
    events += made.length;
    state = made.reduce(decider.evolve, state);
  }
  expect(events).toBeGreaterThan(snapshots?.everyEvents ?? Infinity);
  expect(snapshots?.restore(JSON.parse(JSON.stringify(snapshots.save(state))) as never)).toEqual(state);
});
