import { describe, expect, it } from 'vitest';
import { unitOf } from '@caisson/testing';
import { actionOf, deferredPlan, readPlan } from './read-plan.js';
import { PlanDocument } from './terraform-json.js';
import { readLayout } from './unit-layout.js';

const change = (address: string, actions: string[], more: object = {}) => ({
  address,
  mode: 'managed',
  change: { actions, before: null, after: { a: 1 } },
  ...more,
});
const base = unitOf('base', 'module', { source: { files: { 'main.tf': '# nothing' } } });
const reading = readLayout(base, 'look');
const layout = reading.outcome === 'layout' ? reading.layout : undefined!;
const read = (changes: object[], given = { absent: false, destroy: false }, outputs = {}) =>
  readPlan(PlanDocument.parse({ resource_changes: changes, output_changes: outputs }), { layout, ...given });

describe('the action of a resource', () => {
  it.each([
    [['no-op'], 'none'],
    [['read'], 'none'],
    [['create'], 'create'],
    [['update'], 'update'],
    [['delete'], 'delete'],
    [['delete', 'create'], 'replace'],
    [['create', 'delete'], 'replace'],
    [['forget'], 'update'],
    [['create', 'forget'], 'replace'],
    [['something-new'], 'update'],
    [[], 'none'],
  ])('%j is %s', (actions, expected) => {
    expect(actionOf({ actions })).toBe(expected);
  });
});

describe('the action of a unit', () => {
  it.each([
    { reason: 'nothing to do', changes: [change('a', ['no-op'])], expected: 'none' },
    { reason: 'one resource is made beside others', changes: [change('a', ['create'])], expected: 'update' },
    { reason: 'all are replaced', changes: [change('a', ['delete', 'create'])], expected: 'replace' },
    {
      reason: 'one is replaced and one changed',
      changes: [change('a', ['delete', 'create']), change('b', ['update'])],
      expected: 'update',
    },
    { reason: 'its last resource goes and the unit stays', changes: [change('a', ['delete'])], expected: 'update' },
  ])('is $expected when $reason', ({ changes, expected }) => {
    expect(read(changes).action).toBe(expected);
  });

  it('is create when nothing is there, and delete when all goes', () => {
    expect(read([change('a', ['create'])], { absent: true, destroy: false }).action).toBe('create');
    expect(read([change('a', ['delete'])], { absent: false, destroy: true }).action).toBe('delete');
    expect(read([], { absent: true, destroy: true }).action).toBe('none');
  });

  it('counts a change of outputs alone', () => {
    const outputs = { url: { actions: ['update'], before: 'a', after: 'b' } };
    expect(read([change('a', ['no-op'])], { absent: false, destroy: false }, outputs)).toMatchObject({
      action: 'update',
      changes: [{ address: 'output.url', action: 'update' }],
    });
  });
});

it('lists managed resources only, and names what waits to be destroyed', () => {
  const plan = read([
    change('data.a', ['read'], { mode: 'data' }),
    change('a', ['delete'], { deposed: 'beef' }),
    change('b', ['no-op']),
  ]);
  expect(plan.changes.map(({ address }) => address)).toEqual(['a (deposed beef)']);
});

it('hides a sensitive text also where nothing marks it', () => {
  const plan = PlanDocument.parse({
    variables: { token: { value: 'hush-hush' } },
    configuration: { root_module: { variables: { token: { sensitive: true } } } },
    resource_changes: [
      { address: 'a', mode: 'managed', change: { actions: ['create'], before: null, after: { b: 'x hush-hush' } } },
    ],
  });
  expect(JSON.stringify(readPlan(plan, { layout, absent: true, destroy: false }))).not.toContain('hush-hush');
});

it('says what will be done without a dry run', () => {
  const unit = unitOf('web', 'module', {});
  const unknowns = [{ resource: 'web', path: 'variables.cidr' }];
  const request = { unit, unknowns, destroy: false };
  expect(deferredPlan(request)).toEqual({
    action: 'create',
    resources: [{ address: 'web', action: 'create' }],
    changes: [
      {
        resource: 'web',
        address: 'web',
        action: 'create',
        attributes: [{ path: 'variables.cidr', sensitive: false, unknown: true }],
      },
    ],
  });
});
