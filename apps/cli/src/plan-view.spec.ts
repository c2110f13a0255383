import type { Plan } from '@caisson/client';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { hasChanges, planView } from './plan-view.js';

type Change = Plan['changes'][number];

const change = (action: Change['action'], more: Partial<Change> = {}): Change => {
  return { unitId: 'web', resource: 'web', address: 'web', action, attributes: [], ...more };
};

function planWith(changes: Change[], more: Partial<Plan> = {}): Plan {
  return {
    ...{
      digest: `sha256:${'a'.repeat(64)}`,
      runId: 'r',
      deploymentId: 'd',
      kind: 'update',
      units: [],
      edges: [],
      waves: [],
    },
    cost: { currency: 'EUR', before: 10, after: 25, delta: 15, perUnit: [] },
    duration: { sumMs: 9_000, criticalPathMs: 4_200 },
    risk: { level: 'high', score: 70, reasons: ['It is production.'] },
    ...{ policy: [], irreversible: [], inputs: {}, outputs: {}, changes },
    ...more,
  };
}

const textOf = (plan: Plan, isColoured = false): string => planView(plan, pc.createColors(isColoured)).join('\n');

describe('a plan as people read it', () => {
  it('shows what changes, from what to what', () => {
    const attributes = [
      { path: 'flavor', before: 'small', after: 'large', sensitive: false, unknown: false },
      { path: 'address', before: '10.0.0.1', sensitive: false, unknown: true },
      { path: 'password', before: 'sesame', after: 'open', sensitive: true, unknown: false },
    ];
    const text = textOf(planWith([change('update', { attributes }), change('none', { resource: 'quiet' })]));
    expect(text).toContain('  ~ web\n      flavor: "small" → "large"\n      address: "10.0.0.1" → (known after apply)');
    expect(text).toContain('password: (sensitive) → (sensitive)');
    expect(text).not.toMatch(/sesame|open|quiet/);
  });

  it('counts changes, and says cost, time, risk and what cannot be undone', () => {
    const changes = [change('create'), change('delete'), change('replace'), change('create')];
    const irreversible = [{ unitId: 'web', resource: 'disk', reason: 'It loses its data.' }];
    const policy = [{ rule: 'size', outcome: 'warn' as const, message: 'It is large.' }];
    const lines = textOf(planWith(changes, { irreversible, policy })).split('\n');
    expect(lines.slice(-8)).toEqual([
      'Changes   2 to create, 0 to change, 1 to replace, 1 to delete',
      'Cost      10 → 25 EUR a month (+15)',
      'Duration  about 5 s',
      'Risk      high (70 of 100)',
      '          It is production.',
      'Policy    warn size: It is large.',
      'No undo   disk: It loses its data.',
      `Digest    sha256:${'a'.repeat(64)}`,
    ]);
  });

  it('says when nothing changes', () => {
    const plan = planWith([change('none')]);
    expect(textOf(plan)).toContain('Nothing changes.');
    expect([hasChanges(plan), hasChanges(planWith([change('create')]))]).toEqual([false, true]);
  });

  it('is coloured on a terminal only', () => {
    const plan = planWith([change('create')]);
    expect(textOf(plan)).not.toContain('\u001B');
    expect(textOf(plan, true)).toContain('\u001B[32m  + web');
  });
});
