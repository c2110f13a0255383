import { canonicalJson } from '@caisson/kernel';
import { describe, expect, it } from 'vitest';
import { assemblePlan, type UnitFinding } from './assemble-plan.js';
import { differencesOf, inputsOf, planOf, type PlanInputs } from './plan-inputs.js';
import { cloud, desired, lookup, offersOf, request } from './planning.fixtures.spec.js';
import { BUILT_IN_TABLES, tableVersion } from './planning-tables.js';
import { prepareUnits } from './prepare-units.js';

const offers = offersOf('cloud');
const wanted = request(
  desired([
    { name: 'db', type: 'database' },
    { name: 'web', count: 2, dependsOn: ['db'] },
  ]),
);
const prepared = prepareUnits(wanted, { offers, lookup });
if (prepared.outcome === 'refused') throw new Error(prepared.code);
const findings = new Map<string, UnitFinding>(
  prepared.drafts.map(({ resources, unitId }): [string, UnitFinding] => {
    const found = resources.map(({ address, properties }) => ({ address, action: 'create' as const, properties }));
    return [unitId, { action: 'create', changes: [], resources: found }];
  }),
);
const heard = { planner: 'p/1', request: wanted, offers, tables: BUILT_IN_TABLES, findings };
const plan = assemblePlan({ ...heard, lookup, ...prepared });
/** As they come back from the store. */
const kept = JSON.parse(JSON.stringify(inputsOf(heard))) as PlanInputs;

describe('recorded inputs', () => {
  it('give the same plan again, byte for byte', () => {
    expect(canonicalJson(planOf(kept, BUILT_IN_TABLES))).toBe(canonicalJson(plan));
  });

  it('give the digest that they have always given', () => {
    // An approval names it. It changes with the tables that come with Caisson, and with nothing else.
    expect(plan.digest).toBe('sha256:28a7e21f888ec3222345f73e97f547d3c9bb210430545e3f50a50363a01e3105');
  });

  it('give another plan when any of them is another one', () => {
    const dearer = tableVersion(2, { ...BUILT_IN_TABLES.priceBook.content, types: { database: 76 } });
    const other = planOf(kept, { ...BUILT_IN_TABLES, priceBook: dearer });
    expect('digest' in other && other.digest).not.toBe(plan.digest);
    const basis = kept.findings.map(([unitId, finding]) => [unitId, { ...finding, basis: 'serial 8' }] as const);
    expect(planOf({ ...kept, findings: basis }, BUILT_IN_TABLES)).not.toMatchObject({ digest: plan.digest });
    const engines = [['cloud', { ...cloud, version: '2.0.0' }]] as const;
    expect(planOf({ ...kept, engines }, BUILT_IN_TABLES)).not.toMatchObject({ digest: plan.digest });
  });
});

describe('the differences of two plans', () => {
  it('are named by place, with both values', () => {
    const [one, other] = [
      { a: { 'b/c': 1, d: [1, 2] }, same: 1 },
      { a: { 'b/c': 2, d: [1] }, same: 1, e: 'new' },
    ];
    expect(differencesOf(one, other)).toEqual([
      { pointer: '/a/b~1c', recorded: 1, recomputed: 2 },
      { pointer: '/a/d/1', recorded: 2 },
      { pointer: '/e', recomputed: 'new' },
    ]);
  });

  it('are bounded', () => {
    const many = Array.from({ length: 100 }, (_, index) => index);
    expect(differencesOf(many, many.toReversed())).toHaveLength(20);
  });
});
