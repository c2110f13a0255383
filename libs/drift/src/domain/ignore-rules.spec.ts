import { IGNORE_RULES_MAX, type DriftItem } from '@caisson/contracts';
import { describe, expect, it } from 'vitest';
import type { UnitFinding } from './compare.js';
import { isInForce, siftFindings, type IgnoreRule } from './ignore-rules.js';
import { ignoresDecider, type IgnoresCommand, type IgnoresEvent } from './ignores.decide.js';

const at = '2026-03-02T10:15:00.000Z';
const later = '2026-03-03T10:15:00.000Z';
const rule = (changes: Partial<IgnoreRule> = {}): IgnoreRule => ({
  ...{ id: 'r1', path: 'tags.last-backup', reason: 'The backup job writes it.', addedBy: 'mia', addedAt: at },
  ...changes,
});

const item = (resource: string, path: string, type: DriftItem['type'] = 'tag_mismatch'): DriftItem => ({
  ...{ unitId: 'u', resource, address: `server.${resource}`, type, severity: 'low', path },
});
const compared = (...items: readonly DriftItem[]): UnitFinding => ({ unitId: 'u', outcome: 'compared', items });

describe('a rule', () => {
  it.each<[string, Partial<IgnoreRule>, DriftItem, boolean]>([
    ['its path', {}, item('web', 'tags.last-backup'), true],
    ['what is below it', { path: 'tags' }, item('web', 'tags.last-backup'), true],
    ['any key where it says so', { path: 'disks.*.size' }, item('web', 'disks.0.size'), true],
    ['its resource', { resource: 'web' }, item('web', 'tags.last-backup'), true],
    ['no other resource', { resource: 'web' }, item('db', 'tags.last-backup'), false],
    ['no other path', {}, item('web', 'tags.owner'), false],
    ['no loss of the resource', { path: 'tags' }, item('web', '', 'resource_removed'), false],
  ])('covers %s', (...[, changes, found, isCovered]) => {
    const { findings, ignored } = siftFindings([compared(found)], [rule(changes)]);
    expect(ignored).toEqual(isCovered ? [{ ...found, rule: 'r1' }] : []);
    expect(findings).toEqual([compared(...(isCovered ? [] : [found]))]);
  });

  it('never makes a unit that could not be read one without drift', () => {
    const unread: UnitFinding = { unitId: 'u', outcome: 'unreadable', reason: 'no answer' };
    expect(siftFindings([unread], [rule({ path: '*' })]).findings).toEqual([unread]);
  });

  it('counts until it ends, and without an end only where the policy lets it', () => {
    expect(isInForce(rule({ expiresAt: later }), at, true)).toBe(true);
    expect(isInForce(rule({ expiresAt: at }), at, false)).toBe(false);
    expect(isInForce(rule(), at, false)).toBe(true);
    expect(isInForce(rule(), at, true)).toBe(false);
  });
});

describe('what is ignored in a deployment', () => {
  const decide = (history: readonly IgnoresEvent[], command: IgnoresCommand) =>
    ignoresDecider.decide(history.reduce(ignoresDecider.evolve, ignoresDecider.initialState), command);
  const add = (changes: Partial<IgnoreRule> = {}, expiryRequired = false): IgnoresCommand => ({
    ...{ type: 'AddRule', deploymentId: 'd', rule: rule(changes), expiryRequired },
  });
  const added = (changes: Partial<IgnoreRule> = {}): IgnoresEvent => ({
    ...{ type: 'RuleAdded', deploymentId: 'd', rule: rule(changes) },
  });

  it('is added once and removed once', () => {
    expect(decide([], add())).toEqual({ outcome: 'accepted', events: [added()] });
    expect(decide([added()], add())).toEqual({ outcome: 'accepted', events: [] });
    const remove = { type: 'RemoveRule', deploymentId: 'd', ruleId: 'r1' } as const;
    expect(decide([added()], remove)).toMatchObject({ events: [{ type: 'RuleRemoved', ruleId: 'r1' }] });
    expect(decide([], remove)).toEqual({ outcome: 'accepted', events: [] });
  });

  it('has an end where the policy demands one, and one that is still to come', () => {
    expect(decide([], add({}, true))).toMatchObject({ rejection: { code: 'expiry-required' } });
    expect(decide([], add({ expiresAt: later }, true)).outcome).toBe('accepted');
    expect(decide([], add({ expiresAt: at }))).toMatchObject({ rejection: { code: 'expired' } });
  });

  it('has a bound, in which rules that ended do not count', () => {
    const full = Array.from({ length: IGNORE_RULES_MAX }, (_, index) => added({ id: `old${index}` }));
    expect(decide(full, add())).toMatchObject({ rejection: { code: 'too-many-rules' } });
    const ending = [...full.slice(1), added({ id: 'ends', expiresAt: later })];
    expect(decide(ending, add({ addedAt: later })).outcome).toBe('accepted');
  });
});
