import { describe, expect, it } from 'vitest';
import { JSON_LIMITS, parseStrictJson } from './strict-json.js';
import type { HttpProblem } from './problem.js';

const read = (text: string) => parseStrictJson(Buffer.from(text));

function refusal(text: string | Uint8Array): {
  code: string;
  pointer: string | undefined;
  status: number;
  all: string;
} {
  try {
    parseStrictJson(typeof text === 'string' ? Buffer.from(text) : text);
  } catch (error) {
    const { code, errors, status, detail } = error as HttpProblem;
    return { code, pointer: errors[0]?.pointer, status, all: JSON.stringify({ code, errors, detail }) };
  }
  throw new Error(`not refused: ${text.slice(0, 60).toString()}`);
}

describe('what is read', () => {
  it.each([
    ['{}', {}],
    ['[]', []],
    ['null', null],
    ['"a\\"b\\\\"', 'a"b\\'],
    ['{"a":[1,-2.5,3e2,{"b":"\\ud83d\\ude00"}],"c":"😀"}', { a: [1, -2.5, 300, { b: '😀' }], c: '😀' }],
    ['{"a":{"x":1},"b":{"x":1}}', { a: { x: 1 }, b: { x: 1 } }],
    ['{"a":[{"x":1},{"x":2}]}', { a: [{ x: 1 }, { x: 2 }] }],
    ['  { "ä" : "{[,]}" } ', { ä: '{[,]}' }],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('reads %s', (text, value) => {
    expect(read(text)).toEqual(value);
  });

  it('takes no bytes for no body', () => {
    expect(parseStrictJson(new Uint8Array())).toBeUndefined();
  });

  it('takes as many levels, items and keys as the limits say', () => {
    const nested = `${'['.repeat(JSON_LIMITS.depthMax)}${']'.repeat(JSON_LIMITS.depthMax)}`;
    const items = `[${Array.from({ length: JSON_LIMITS.itemsPerArrayMax }, () => 1).join(',')}]`;
    const keys = Object.fromEntries(
      Array.from({ length: JSON_LIMITS.keysPerObjectMax }, (_, index) => [`k${index}`, 1]),
    );
    expect(read(nested)).toBeDefined();
    expect(read(items)).toHaveLength(JSON_LIMITS.itemsPerArrayMax);
    expect(Object.keys(read(JSON.stringify(keys)) as object)).toHaveLength(JSON_LIMITS.keysPerObjectMax);
  });
});

describe('what is refused', () => {
  it.each([
    ['{"a":', 'invalid-json', ''],
    ["{'a':1}", 'invalid-json', ''],
    ['\ufeff{}', 'invalid-json', ''],
    ['NaN', 'invalid-json', ''],
    ['{"a":"x\\u0000y"}', 'invalid-text', '/a'],
    ['{"a":[0,{"b":"\\ud800"}]}', 'invalid-text', '/a/1/b'],
    ['{"\\ud800":1}', 'invalid-text', '/\ufffd'],
    ['{"x\\u0000":1}', 'invalid-text', '/x\ufffd'],
    ['{"a":{"__proto__":{"x":1}}}', 'forbidden-key', '/a/__proto__'],
    ['{"a":{"\\u005f_proto__":1}}', 'forbidden-key', '/a/__proto__'],
    ['{"constructor":{"prototype":1}}', 'forbidden-key', '/constructor'],
    ['{"toString":1}', 'forbidden-key', '/toString'],
    ['{"a":1,"b":2,"a":3}', 'duplicate-key', '/a'],
    ['{"a":9007199254740993}', 'invalid-number', '/a'],
    ['{"a":[1e400]}', 'invalid-number', '/a/0'],
    ['{"a/b~":12345678901234567890}', 'invalid-number', '/a~1b~0'],
  ])('%s is %s', (text, code, pointer) => {
    expect(refusal(text)).toMatchObject({ code, pointer, status: 400 });
  });

  it.each([34, 3000, 100_000])('%i levels are too deep, and cost little', (depth) => {
    const started = performance.now();
    const { code, all } = refusal(`${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`);
    expect(code).toBe('json-too-deep');
    expect(all.length).toBeLessThan(2000);
    expect(performance.now() - started).toBeLessThan(200);
  });

  it('refuses more items, keys and characters than the limits say', () => {
    const keys = Array.from({ length: JSON_LIMITS.keysPerObjectMax + 1 }, (_, index) => `"k${index}":1`).join(',');
    expect(refusal(`[${'1,'.repeat(JSON_LIMITS.itemsPerArrayMax)}1]`).code).toBe('json-too-big');
    expect(refusal(`{${keys}}`).code).toBe('json-too-big');
    expect(refusal(`"${'x'.repeat(JSON_LIMITS.textMax + 1)}"`).code).toBe('json-too-big');
    expect(refusal(`{"${'x'.repeat(JSON_LIMITS.keyMax + 1)}":1}`)).toMatchObject({ code: 'json-too-big' });
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(refusal(Uint8Array.from([0x22, 0xc3, 0x28, 0x22])).code).toBe('invalid-json');
  });

  it('repeats nothing of what was sent', () => {
    expect(refusal('{"a": hunter2').all).not.toContain('hunter2');
    expect(refusal('{"a":"hunter2\\u0000"}').all).not.toContain('hunter2');
  });
});
