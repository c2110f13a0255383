import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DRIFT_TYPES, DriftPolicy, SEVERITIES, type SeverityTable } from '@caisson/contracts';
import type { JsonObject } from '@caisson/kernel';
import { describe, expect, it } from 'vitest';
import { compareUnit } from './compare.js';
import { BUILT_IN_POLICY } from './drift-policy.js';
import { severityOf, worstOf, type DriftType, type Severity } from './severity.js';

const { severities: builtIn } = BUILT_IN_POLICY.content;

/** What was applied, and for each type of drift what is seen then. */
const web = { id: 'srv-1', status: 'active', flavor: 'm1.small', tags: { owner: 'shop' } };
const applied: JsonObject = { 'server.web': web };
const seen: Readonly<Record<DriftType, JsonObject>> = {
  property_changed: { 'server.web': { ...web, flavor: 'm1.large' } },
  resource_added: { 'server.web': web, 'server.other': { id: 'srv-2' } },
  resource_removed: {},
  state_mismatch: { 'server.web': { ...web, status: 'stopped' } },
  tag_mismatch: { 'server.web': { ...web, tags: { owner: 'mia' } } },
};

function driftOf(type: DriftType, table: SeverityTable) {
  const resources = [{ address: 'web', type: 'server', expected: applied }];
  const sighting = { outcome: 'observed', resources: [{ address: 'web', expected: seen[type] }] } as const;
  const finding = compareUnit({ unitId: 'web', resources }, sighting, table);
  return finding.outcome === 'compared' ? finding.items.map((item) => [item.type, item.severity]) : [];
}

describe.each(DRIFT_TYPES)('%s', (type) => {
  it.each(SEVERITIES)('is %s where the table says so', (severity) => {
    const table = { ...builtIn, types: { ...builtIn.types, [type]: { severity, why: 'the tenant says so' } } };
    expect(driftOf(type, table)).toEqual([[type, severity]]);
  });

  it.each(SEVERITIES)('is %s where a rule says so, whatever the table says', (severity) => {
    const rule = { driftType: type, resourceType: 'server', severity, why: 'servers are special' };
    expect(driftOf(type, { ...builtIn, rules: [rule] })).toEqual([[type, severity]]);
  });
});

describe('a rule', () => {
  const judged = (rule: object, of: { type?: DriftType; resourceType?: string; path?: string[] } = {}): Severity => {
    const table = DriftPolicy.parse({
      severities: { ...builtIn, rules: [{ severity: 'critical', why: 'a rule', ...rule }] },
    }).severities;
    return severityOf(table, { type: 'property_changed', resourceType: 'firewall', path: ['ingress', '0'], ...of });
  };

  it.each([
    ['the attribute', { path: 'ingress.0' }, 'critical'],
    ['what is above it', { path: 'ingress' }, 'critical'],
    ['any key', { path: '*.0' }, 'critical'],
    ['what is below it', { path: 'ingress.0.cidr' }, 'medium'],
    ['the beginning of its name', { path: 'in' }, 'medium'],
    ['another type of drift', { path: 'ingress', driftType: 'tag_mismatch' }, 'medium'],
    ['its type of resource', { resourceType: 'firewall' }, 'critical'],
    ['another type of resource', { resourceType: 'server', path: 'ingress' }, 'medium'],
  ] as const)('that names %s', (_what, rule, severity) => {
    expect(judged(rule)).toBe(severity);
  });

  it('is not for what nobody applied, where it names a type of resource', () => {
    const table = { ...builtIn, rules: [{ resourceType: 'server', severity: 'low', why: 'a rule' }] } as const;
    expect(
      severityOf({ ...table, rules: [...table.rules] }, { type: 'resource_added', resourceType: undefined, path: [] }),
    ).toBe('medium');
  });

  it('counts only when none before it fits', () => {
    const rules = (['low', 'critical'] as const).map((severity) => ({ path: 'ingress', severity, why: 'a rule' }));
    expect(severityOf({ ...builtIn, rules }, { type: 'property_changed', resourceType: 'x', path: ['ingress'] })).toBe(
      'low',
    );
  });
});

it.each([
  ['an unknown severity', { path: 'a', severity: 'fatal', why: 'no' }],
  ['an unknown type of drift', { driftType: 'gone', path: 'a', severity: 'low', why: 'no' }],
  ['an empty key', { path: 'a..b', severity: 'low', why: 'no' }],
  ['a rule for everything of a type', { driftType: 'tag_mismatch', severity: 'low', why: 'no' }],
  ['a rule without a reason', { path: 'a', severity: 'low', why: ' ' }],
])('is refused with %s', (_what, rule) => {
  expect(DriftPolicy.safeParse({ severities: { ...builtIn, rules: [rule] } }).success).toBe(false);
});

it('orders severities from low to critical', () => {
  expect(worstOf([])).toBeUndefined();
  expect(worstOf(['low'])).toBe('low');
  expect(worstOf(['medium', 'critical', 'high', 'low'])).toBe('critical');
  expect(SEVERITIES.map((severity) => worstOf([severity, 'low']))).toEqual([...SEVERITIES]);
});

it('is the table of the reference', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../../docs/reference/drift-severity.md'), 'utf8');
  for (const type of DRIFT_TYPES) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${type}\``));
    const cells = row?.split('|').map((cell) => cell.trim());
    expect(cells?.slice(2, 4)).toEqual([builtIn.types[type].severity, builtIn.types[type].why]);
  }
});
