import { describe, expect, it } from 'vitest';
import { changedAttributes, mask, SENSITIVE, type ChangedValue } from './masking.js';

const change = (given: Partial<ChangedValue>): ChangedValue => ({
  before: undefined,
  after: undefined,
  afterUnknown: undefined,
  beforeSensitive: undefined,
  afterSensitive: undefined,
  ...given,
});

describe('masking', () => {
  it('replaces what is marked, at any depth, and keeps the rest', () => {
    const value = { user: 'mia', login: { password: 'x', port: 1 }, keys: ['a', 'b'], all: { secret: 1 }, none: null };
    const marks = { login: { password: true }, keys: [false, true], all: true, none: true, missing: true };
    expect(mask(value, marks)).toEqual({
      user: 'mia',
      login: { password: SENSITIVE, port: 1 },
      keys: ['a', SENSITIVE],
      all: SENSITIVE,
      none: null,
    });
  });

  it('changes nothing without marks', () => {
    const value = { a: [1, { b: null }] };
    expect(mask(value, undefined)).toEqual(value);
    expect(mask(value, {})).toEqual(value);
    expect(mask(value, false)).toEqual(value);
  });
});

describe('changed attributes', () => {
  it('lists all of what is made, by path, and what is known only later', () => {
    const created = change({
      before: null,
      after: { input: { color: 'red' }, tags: ['a'], nothing: null },
      afterUnknown: { id: true, input: {}, output: true },
    });
    expect(changedAttributes(created)).toEqual([
      { path: 'input.color', after: 'red', sensitive: false, unknown: false },
      { path: 'tags.0', after: 'a', sensitive: false, unknown: false },
      { path: 'id', sensitive: false, unknown: true },
      { path: 'output', sensitive: false, unknown: true },
    ]);
  });

  it('lists only what differs in a change', () => {
    const updated = change({
      before: { id: '1', input: { color: 'red', size: 1 }, tags: ['a', 'b'] },
      after: { id: '1', input: { color: 'blue', size: 1 }, tags: ['a'] },
    });
    expect(changedAttributes(updated)).toEqual([
      { path: 'input.color', before: 'red', after: 'blue', sensitive: false, unknown: false },
      { path: 'tags.1', before: 'b', sensitive: false, unknown: false },
    ]);
  });

  it('says that a sensitive value changes, and never the value', () => {
    const updated = change({
      before: { password: 'old', token: 'same', key: 'gone' },
      after: { password: 'new', token: 'same', key: null },
      beforeSensitive: { password: true, token: true, key: true },
      afterSensitive: { password: true, token: true },
    });
    const changes = changedAttributes(updated);
    expect(changes).toEqual([
      { path: 'password', before: SENSITIVE, after: SENSITIVE, sensitive: true, unknown: false },
      { path: 'key', before: SENSITIVE, sensitive: true, unknown: false },
    ]);
    expect(JSON.stringify(changes)).not.toMatch(/old|new|same|gone/);
  });

  it('never shows a value that only becomes sensitive', () => {
    const updated = change({ before: { a: 'visible' }, after: { a: 'hidden' }, afterSensitive: { a: true } });
    expect(JSON.stringify(changedAttributes(updated))).not.toMatch(/visible|hidden/);
  });

  it('compares a value that changes its kind as one', () => {
    const updated = change({ before: { a: [1] }, after: { a: 'text' } });
    expect(changedAttributes(updated)).toEqual([
      { path: 'a', before: [1], after: 'text', sensitive: false, unknown: false },
    ]);
  });

  it('finds nothing in equal values', () => {
    expect(changedAttributes(change({ before: { a: { b: [] } }, after: { a: { b: [] } } }))).toEqual([]);
  });
});
