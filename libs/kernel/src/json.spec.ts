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

  it('is hashed in pieces as it is as a whole', () => {
    const value = Array.from({ length: 20_000 }, (_, index) => ({ [`key-${index}`]: '\u{1f680}'.repeat(index % 7) }));
    expect(digestOf(value)).toBe(`sha256:${sha256(canonicalJson(value))}`);
  });
});
