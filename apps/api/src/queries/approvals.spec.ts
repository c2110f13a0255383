import { eventTypeOf, type FactOf, type PublicEvent } from '@caisson/contracts';
import { expect, it } from 'vitest';
import { approvalsOf } from './approvals.js';

const [FIRST, SECOND] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`];

/** Facts of run `r`, one per second. */
function story(...facts: readonly (readonly [FactOf<'deployment'>, object?])[]): readonly PublicEvent[] {
  return facts.map(([fact, data = {}], index) => ({
    ...{ id: String(index), type: eventTypeOf('deployment', fact), source: '/caisson/api', subject: 'deployment-d' },
    ...{ time: `2026-01-01T00:00:0${index}.000Z`, tenantId: 't', correlationId: 'c', causationId: 'c', actor: 'mia' },
    ...{ sequence: index + 1, data: { deploymentId: 'd', runId: 'r', ...data } },
  }));
}

const waits = (planDigest: string | undefined) => ['run-awaiting-approval', { planDigest }] as const;
const approved = (planDigest: string | undefined, approvedBy = 'mia') =>
  ['run-approved', { planDigest, approvedBy }] as const;
const planning = ['run-planning-started', { kind: 'update', revision: 1, round: 2, desired: undefined, applied: [] }];

it('waits, and is given', () => {
  expect(approvalsOf('r', story(waits(FIRST)))).toMatchObject([{ planDigest: FIRST, state: 'pending' }]);
  expect(approvalsOf('r', story(waits(FIRST), approved(FIRST)))).toEqual([
    {
      ...{ runId: 'r', planDigest: FIRST, state: 'approved', requestedAt: '2026-01-01T00:00:00.000Z' },
      ...{ decidedAt: '2026-01-01T00:00:01.000Z', decidedBy: 'mia' },
    },
  ]);
});

it('is given by policy without having been asked for', () => {
  const [approval] = approvalsOf('r', story(approved(FIRST, 'policy:auto-approve')));
  expect(approval).toMatchObject({ state: 'approved', decidedBy: 'policy:auto-approve' });
  expect(approval?.requestedAt).toBeUndefined();
});

it('is turned down with a reason, also where the run is cancelled with it', () => {
  const facts = story(waits(FIRST), ['run-rejected', { reason: 'Too dear.' }]);
  expect(approvalsOf('r', facts)).toMatchObject([{ state: 'rejected', decidedBy: 'mia', reason: 'Too dear.' }]);
});

it('is superseded by another plan, which needs its own', () => {
  const desired = { name: 'shop', resources: [{ name: 'a', engine: 'sandbox', type: 'network' }] };
  const [fact, data] = planning as [FactOf<'deployment'>, object];
  const facts = story(waits(FIRST), [fact, { ...data, desired }], waits(SECOND));
  expect(approvalsOf('r', facts)).toMatchObject([
    { planDigest: FIRST, state: 'superseded' },
    { planDigest: SECOND, state: 'pending' },
  ]);
});

it('is that of its own run alone', () => {
  expect(approvalsOf('other', story(waits(FIRST)))).toEqual([]);
});
