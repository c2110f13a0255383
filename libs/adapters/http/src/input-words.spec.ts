import { expect, it } from 'vitest';
import { z } from 'zod';
import { inputWords } from './input-words.js';

function wordsOn(schema: z.ZodType, input: unknown): string | undefined {
  return schema.safeParse(input, { error: inputWords }).error?.issues[0]?.message;
}

const kinds = z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b') })]);

it.each([
  [z.string(), undefined, 'is missing; give a string'],
  [z.string(), null, 'is null; give a string'],
  [z.string(), 7, 'is a number; give a string'],
  [z.int(), 1.5, 'is a number; give a whole number'],
  [z.number(), Number.NaN, 'is no finite number; give a number'],
  [z.array(z.string()), {}, 'is an object; give an array'],
  [z.record(z.string(), z.string()), [], 'is an array; give an object'],
  [z.enum(['up', 'down']), 'left', 'is no value known here; give one of "up", "down"'],
  [z.literal(true), undefined, 'is missing; give true'],
  [z.string().max(3), 'long', 'is too long; give at most 3 characters'],
  [z.array(z.string()).min(1), [], 'is too short; give at least 1 item'],
  [z.number().max(3), 4, 'is too large; give at most 3'],
  [z.number().positive(), 0, 'is too small; give more than 0'],
  [z.uuid(), 'x', 'has the wrong form; give a UUID'],
  [z.iso.datetime(), 'x', 'has the wrong form; give a time such as 2026-01-31T12:00:00Z'],
  [z.string().regex(/^a$/), 'secret', 'has the wrong form; give text that matches /^a$/'],
  [z.number().multipleOf(5), 4, 'is between two steps; give a multiple of 5'],
  [kinds, { kind: 'c' }, 'is missing or not known; give one of "a", "b"'],
  [z.union([z.string(), z.int()]), {}, expect.stringMatching(/^has none of the forms/)],
  [z.strictObject({}), { secret: 1 }, 'has fields that are not known; remove them'],
  [z.record(z.string().max(1), z.int()), { long: 1 }, 'has a name that is not allowed here; rename it'],
  [z.string().regex(/^a$/, 'is not a; write a'), 'b', 'is not a; write a'],
])('says what is wrong and what to give instead (%#)', (schema, input, words) => {
  expect(wordsOn(schema, input)).toEqual(words);
});
