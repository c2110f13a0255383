import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventSchemasOf } from './event-schemas.js';
import { Failure } from './failure.js';
import { JsonValue } from './json-value.js';

const schemaOf = (schema: z.ZodType) => eventSchemasOf({ event: schema })['event'];

describe('the schema of an event for its readers', () => {
  it('leaves objects open, since members may be added', () => {
    const schema = schemaOf(z.strictObject({ inner: z.strictObject({ text: z.string() }) }));
    expect(JSON.stringify(schema)).not.toContain('additionalProperties');
  });

  it('says no upper limit, since it may be raised, and keeps the lower ones', () => {
    const list = z.array(z.string().min(1).max(9)).min(1).max(9);
    expect(schemaOf(z.object({ list, at: z.int().min(1).max(9), count: z.int() }))).toEqual({
      type: 'object',
      properties: {
        list: { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } },
        at: { type: 'integer', minimum: 1 },
        count: { type: 'integer' },
      },
      required: ['list', 'at', 'count'],
    });
  });

  it('does not demand what has a default: events from before it was there lack it', () => {
    expect(schemaOf(z.object({ old: z.string(), priority: z.enum(['low', 'normal']).default('normal') }))).toEqual({
      type: 'object',
      properties: { old: { type: 'string' }, priority: { type: 'string', enum: ['low', 'normal'], default: 'normal' } },
      required: ['old'],
    });
  });

  it('refers to what many events share, and takes any JSON where anything may be', () => {
    const { event, JsonValue: any } = eventSchemasOf({
      event: z.object({ failure: Failure, more: z.record(z.string(), JsonValue) }),
    });
    expect(any).toEqual({});
    expect(event).toMatchObject({
      properties: {
        failure: { $ref: '#/components/schemas/Failure' },
        more: { type: 'object', additionalProperties: { $ref: '#/components/schemas/JsonValue' } },
      },
    });
  });
});
