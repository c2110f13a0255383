import type { AppliedUnit } from '@caisson/contracts';
import { EngineFailure, type Engine, type EngineCall, type Observation } from '@caisson/engine';
import type { Clock } from '@caisson/kernel';
import { expect, it } from 'vitest';
import { BUILT_IN_POLICY } from '../domain/drift-policy.js';
import { observeUnits } from './observe-units.js';

const unit = (unitId: string, engine = 'fake'): AppliedUnit => ({
  unitId,
  engine,
  provider: engine,
  resources: [
    {
      ...{ address: unitId, type: 'server', properties: {}, dependsOn: [], outputs: {} },
      expected: { [unitId]: { flavor: 'small' } },
    },
  ],
  dependsOn: [],
  runId: 'run',
});

/** An engine that only looks. */
function looking(observe: (unitId: string, call: EngineCall) => Promise<Observation>): Engine {
  const refuse = async (): Promise<never> => {
    throw new Error('a scan only looks');
  };
  return {
    name: 'fake',
    capabilities: refuse,
    validate: refuse,
    plan: refuse,
    apply: refuse,
    destroy: refuse,
    health: refuse,
    observe: ({ unitId }, call) => observe(unitId, call),
  };
}

/** A clock whose sleeps end when they are told to. */
function clockOf(sleep: Clock['sleep']): Clock {
  return { now: () => '2026-03-02T10:15:00.000Z', monotonicMs: () => 0, sleep };
}

const restful = clockOf((_ms, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())));

function survey(units: readonly AppliedUnit[], engine: Engine, clock = restful) {
  return observeUnits({
    tenantId: 't',
    deploymentId: 'd',
    scanId: 's',
    units,
    engines: new Map([['fake', engine]]),
    severities: BUILT_IN_POLICY.content.severities,
    clock,
    signal: new AbortController().signal,
    log: () => undefined,
  });
}

it('looks at every unit, some at once but not all, and keeps their order', async () => {
  let atOnce = 0;
  let most = 0;
  const engine = looking(async (unitId) => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    atOnce -= 1;
    const expected = { [unitId]: { flavor: 'large' } };
    return { outcome: 'observed', resources: [{ address: unitId, outputs: {}, expected }] };
  });
  const units = Array.from({ length: 50 }, (_, index) => unit(`unit-${index}`));
  const findings = await survey(units, engine);
  expect(findings.map((finding) => finding.unitId)).toEqual(units.map(({ unitId }) => unitId));
  expect(findings.every((finding) => finding.outcome === 'compared' && finding.items.length === 1)).toBe(true);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(8);
});

it.each<[string, AppliedUnit, () => Promise<Observation>, RegExp]>([
  ['the engine says so', unit('web'), async () => ({ outcome: 'unreadable', reason: 'garbage' }), /garbage/],
  [
    'the engine fails',
    unit('web'),
    () => Promise.reject(new EngineFailure('x', 'no', { errorClass: 'permanent' })),
    /no/,
  ],
  ['the engine has a bug', unit('web'), () => Promise.reject(new TypeError('undefined is no function')), /undefined/],
  ['there is no such engine', unit('web', 'gone'), async () => ({ outcome: 'absent' }), /no engine "gone"/],
])('is unreadable when %s', async (...[, applied, observe, reason]) => {
  expect(await survey([applied], looking(observe))).toEqual([
    { unitId: 'web', outcome: 'unreadable', reason: expect.stringMatching(reason) as string },
  ]);
});

it('does not wait for ever', async () => {
  const stuck = looking(
    (_unitId, call) =>
      new Promise((_resolve, reject) => {
        call.signal.addEventListener('abort', () => reject(new Error('aborted')));
      }),
  );
  const hasty = clockOf(async () => undefined);
  expect(await survey([unit('web')], stuck, hasty)).toMatchObject([
    { outcome: 'unreadable', reason: expect.stringContaining('took longer') as string },
  ]);
});
