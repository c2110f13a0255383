import { describe, expect, it } from 'vitest';
import { SENSITIVE, SENSITIVE_CHANGED } from './masking.js';
import { isAbsent, observedState, shownState } from './read-state.js';
import { PlanDocument, RawState, StateValues } from './terraform-json.js';

const resource = (address: string, values: object, more: object = {}) => ({
  address,
  mode: 'managed',
  values,
  ...more,
});

describe('a state', () => {
  it('gives its managed resources by address, in all modules, sensitive values replaced', () => {
    const state = StateValues.parse({
      values: {
        root_module: {
          resources: [
            resource('a.b', { x: 1, secret: 's' }, { sensitive_values: { secret: true } }),
            resource('a.old', { x: 1 }, { deposed_key: '1234' }),
            { address: 'data.x', mode: 'data', values: {} },
          ],
          child_modules: [{ resources: [resource('module.m.a.b', { y: 2 })], child_modules: [{}] }],
        },
      },
    });
    expect(shownState(state).resources).toEqual({
      'a.b': { x: 1, secret: SENSITIVE },
      'a.old (deposed 1234)': { x: 1 },
      'module.m.a.b': { y: 2 },
    });
  });

  it('leaves sensitive outputs out', () => {
    const outputs = { a: { sensitive: false, value: 1 }, b: { sensitive: true, value: 2 } };
    expect(shownState(StateValues.parse({ values: { outputs } })).outputs).toEqual({ a: 1 });
  });

  it('hides a sensitive text also where nothing marks it', () => {
    const state = StateValues.parse({
      values: {
        outputs: { url: { value: 'db://mia:hush-hush@host' }, key: { value: 'another-key', sensitive: true } },
        root_module: {
          resources: [
            resource('a', { input: 'hush-hush', output: 'hush-hush' }, { sensitive_values: { input: true } }),
            resource('b', { list: ['another-key', 1, null] }),
          ],
        },
      },
    });
    expect(shownState(state)).toEqual({
      resources: { a: { input: SENSITIVE, output: SENSITIVE }, b: { list: [SENSITIVE, 1, null] } },
      outputs: { url: `db://mia:${SENSITIVE}@host` },
    });
  });

  it('is absent when it holds nothing', () => {
    const raw = (more: object) => RawState.parse({ serial: 1, lineage: 'l', ...more });
    expect(isAbsent(undefined)).toBe(true);
    expect(isAbsent(raw({}))).toBe(true);
    expect(
      isAbsent(
        raw({
          resources: [
            { mode: 'managed', instances: [] },
            { mode: 'data', instances: [{}] },
          ],
        }),
      ),
    ).toBe(true);
    expect(isAbsent(raw({ resources: [{ mode: 'managed', instances: [{}] }] }))).toBe(false);
    expect(isAbsent(raw({ outputs: { a: { value: 1, type: 'number' } } }))).toBe(false);
  });
});

describe('observed resources', () => {
  const recorded = RawState.parse({ serial: 1, lineage: 'l' });
  const planOf = (given: { actions: string[]; after: object | null }) =>
    PlanDocument.parse({
      prior_state: {
        values: { root_module: { resources: given.after === null ? [] : [resource('a.b', given.after)] } },
      },
      resource_drift: [
        {
          address: 'a.b',
          mode: 'managed',
          change: {
            actions: ['update'],
            before: { tags: null, size: 1, password: 'old-word' },
            after: given.after,
            before_sensitive: { password: true },
            after_sensitive: { password: true },
          },
        },
      ],
      resource_changes: [{ address: 'a.b', mode: 'managed', change: { actions: given.actions } }],
    });

  it('are the recorded ones where a difference means nothing to the plan', () => {
    const plan = planOf({ actions: ['no-op'], after: { tags: {}, size: 1, password: 'old-word' } });
    expect(observedState(plan, recorded).resources).toEqual({ 'a.b': { tags: null, size: 1, password: SENSITIVE } });
  });

  it('are the real ones where the plan would act', () => {
    const plan = planOf({ actions: ['update'], after: { tags: {}, size: 2, password: 'old-word' } });
    expect(observedState(plan, recorded).resources).toEqual({ 'a.b': { tags: {}, size: 2, password: SENSITIVE } });
  });

  it('tell that a sensitive value changed, and not what it is', () => {
    const plan = planOf({ actions: ['update'], after: { tags: null, size: 1, password: 'new-word' } });
    expect(observedState(plan, recorded).resources).toEqual({
      'a.b': { tags: null, size: 1, password: SENSITIVE_CHANGED },
    });
  });

  it('do not hold what is gone', () => {
    expect(observedState(planOf({ actions: ['create'], after: null }), recorded).resources).toEqual({});
  });
});
