import type { DriftItem } from '@caisson/contracts';
import type { Json } from '@caisson/kernel';
import { describe, expect, it } from 'vitest';
import { isSameInAnotherForm, withCauses, type UnfinishedRun } from './drift-causes.js';

const item = (changes: Partial<DriftItem> = {}): DriftItem => ({
  ...{ unitId: 'u', resource: 'web[1]', address: 'server.web[1]', path: 'size', expected: 1, actual: 2 },
  ...{ type: 'property_changed', severity: 'medium', ...changes },
});

function causeOf(changes: Partial<DriftItem>, unfinished?: UnfinishedRun): string | undefined {
  const [finding] = withCauses([{ unitId: 'u', outcome: 'compared', items: [item(changes)] }], unfinished);
  return finding?.outcome === 'compared' ? finding.items[0]?.cause : undefined;
}

describe('why a difference is there', () => {
  it.each<[string, Json | undefined, Json | undefined]>([
    ['rounded', 0.333333333, 0.3333333],
    ['a number as text', '1.50', 1.5],
    ['a switch as text', true, 'True'],
    ['in other case', 'Eu-Central-1', 'eu-central-1'],
    ['with space around it', 'web\n', 'web'],
    ['in another order', ['b', { x: 1 }, 'a'], ['a', 'b', { x: 1 }]],
    ['an instant in another zone', '2026-03-02T10:00:00Z', '2026-03-02T11:00:00+01:00'],
    ['a default that was filled in', undefined, false],
    ['an empty list for none', null, []],
  ])('is how providers write: %s', (_what, expected, actual) => {
    expect(isSameInAnotherForm(expected, actual)).toBe(true);
    expect(isSameInAnotherForm(actual, expected)).toBe(true);
  });

  it.each<[string, Json | undefined, Json | undefined]>([
    ['another number', 10, 11],
    ['another text', 'm1.small', 'm1.large'],
    ['a value that was filled in', undefined, 'm1.small'],
    ['a list with one more', ['a'], ['a', 'a']],
    ['another instant', '2026-03-02T10:00:00Z', '2026-03-02T10:00:01Z'],
    ['on for off', false, true],
    ['zero for a text', 'x', 0],
  ])('is a change: %s', (_what, expected, actual) => {
    expect(isSameInAnotherForm(expected, actual)).toBe(false);
    expect(isSameInAnotherForm(actual, expected)).toBe(false);
  });

  it('is our own failure where the newest run was to change the resource, whatever differs of it', () => {
    const unfinished = { runId: 'r', resources: ['web'] };
    expect(causeOf({}, unfinished)).toBe('own_partial_failure');
    expect(causeOf({ expected: 'a', actual: 'A' }, unfinished)).toBe('own_partial_failure');
    expect(causeOf({ type: 'resource_removed', path: '' }, unfinished)).toBe('own_partial_failure');
    expect(causeOf({ resource: 'db' }, unfinished)).toBe('outside_change');
  });

  it('is never a matter of form where a whole resource came or went', () => {
    const empty = { path: '', expected: {}, actual: undefined };
    expect(causeOf({ ...empty, type: 'resource_removed' })).toBe('outside_change');
    expect(causeOf({ ...empty, type: 'resource_added' })).toBe('outside_change');
  });
});
