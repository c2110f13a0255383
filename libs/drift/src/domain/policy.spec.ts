import { digestOf } from '@caisson/kernel';
import { expect, it } from 'vitest';
import { BUILT_IN_POLICY } from './drift-policy.js';
import { policyDecider, type PolicyState } from './policy.decide.js';

const { content } = BUILT_IN_POLICY;
const { severities } = content;
const stricter = {
  ...content,
  severities: {
    ...severities,
    types: { ...severities.types, tag_mismatch: { severity: 'high', why: 'Bills matter.' } },
  },
} as const;
const replace = { type: 'ReplacePolicy', content: stricter, ifVersion: 1, replacedBy: 'mia' } as const;
const replaced = {
  type: 'PolicyReplaced',
  version: 2,
  digest: digestOf(stricter),
  content: stricter,
  replacedBy: 'mia',
} as const;
const second: PolicyState = policyDecider.evolve(policyDecider.initialState, replaced);

it('is replaced by a new version', () => {
  expect(policyDecider.decide(policyDecider.initialState, replace)).toEqual({
    outcome: 'accepted',
    events: [replaced],
  });
});

it('stays as it is when the same comes again', () => {
  expect(policyDecider.decide(second, replace)).toEqual({ outcome: 'accepted', events: [] });
  expect(policyDecider.decide(policyDecider.initialState, { ...replace, content })).toMatchObject({ events: [] });
});

it('refuses who has seen an older version', () => {
  expect(policyDecider.decide(second, { ...replace, content })).toEqual({
    outcome: 'rejected',
    rejection: { code: 'table-version-conflict', actual: 2 },
  });
});

it('goes back to what came with Caisson as a version of its own', () => {
  expect(policyDecider.decide(second, { ...replace, content, ifVersion: 2 })).toMatchObject({
    events: [{ version: 3, digest: BUILT_IN_POLICY.digest }],
  });
});
