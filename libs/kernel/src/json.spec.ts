import { describe, expect, it } from 'vitest';
import { digestOf, sha256 } from './digest.js';
import { canonicalJson } from './json.js';

describe('canonical JSON', () => {
  it('sorts keys, leaves out what is undefined, and prints as JSON does', () => {
    const value = { b: [1, undefined, { z: null, a: 'é"' }], a: undefined, 'a b': -0, '\u20ac': true, c: {}, d: [] };
    expect(canonicalJson(value)).toBe('{"a b":0,"b":[1,null,{"a":"é\\"","z":null}],"c":{},"d":[],"\u20ac":true}');
    expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
  });

  it.each([NaN, Infinity, 1n, Symbol('s'), () => undefined])('cannot say %s', (value) => {
    expect(() => canonicalJson({ value })).toThrow(TypeError);
  });

  it.each<[string, unknown, string]>([
    [
      'in order already',
      { a: [1, undefined, 'é"\ud800'], b: undefined, c: { d: -0, e: null } },
      String.raw`{"a":[1,null,"é\"\ud800"],"c":{"d":0,"e":null}}`,
    ],
    ['with a member out of order deep inside', { a: { b: [{ d: 1, c: 2 }] } }, '{"a":{"b":[{"c":2,"d":1}]}}'],
    ['with numbers as keys, which the platform puts first', { 9: 1, 10: 2 }, '{"10":2,"9":1}'],
    ['that prints itself in another way', { a: new Date(0) }, '{"a":{}}'],
    ['without a prototype', Object.assign(Object.create(null) as object, { a: true }), '{"a":true}'],
  ])('prints what is %s', (_what, value, text) => {
    expect(canonicalJson(value)).toBe(text);
    expect(digestOf(value)).toBe(`sha256:${sha256(text)}`);
    expect(digestOf([value, { b: 1, a: 2 }])).toBe(`sha256:${sha256(`[${text},{"a":2,"b":1}]`)}`);
  });

  it('remembers no order of other keys', () => {
    const values = [
      { a: 1, b: 2 },
      { c: 1, b: 2 },
      { a: 1, b: 2 },
      { b: 1, a: 2 },
      { 'a,b': 1, c: 2 },
    ];
    expect(canonicalJson(values)).toBe('[{"a":1,"b":2},{"b":2,"c":1},{"a":1,"b":2},{"a":2,"b":1},{"a,b":1,"c":2}]');
  });

  it('says nothing of what is no value', () => {
    expect(() => canonicalJson(undefined)).toThrow(TypeError);
    expect(() => digestOf({ a: [() => undefined] })).toThrow(TypeError);
  });

  it('is hashed in pieces as it is as a whole', () => {
    const value = Array.from({ length: 20_000 }, (_, index) => ({ [`key-${index}`]: '\u{1f680}'.repeat(index % 7) }));
    expect(digestOf(value)).toBe(`sha256:${sha256(canonicalJson(value))}`);
  });
});
