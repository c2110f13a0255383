import { asyncApiOf, describeEvents, type AsyncApiDocument } from '@caisson/contracts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { breakingEventChanges, INSTEAD } from './breaking-event-changes.js';
import { read } from './repository.js';

const TOPIC = { name: 'caisson.ship.events.v1', partitions: 6, retentionMs: 1000 };
const Crew = z.object({ name: z.string(), rank: z.enum(['captain', 'mate']) });
const SAILED = { port: z.string(), knots: z.number().optional(), crew: z.array(Crew), cargo: z.string().default('') };

function shipDocument(sailed: z.ZodType, topic: Partial<typeof TOPIC> = {}, more = {}): AsyncApiDocument {
  return asyncApiOf([{ topic: { ...TOPIC, ...topic }, events: { 'caisson.ship.sailed.v1': sailed, ...more } }]);
}

const RELEASED = shipDocument(z.object(SAILED), {}, { 'caisson.ship.sunk.v1': z.object({}) });
const sunk = { 'caisson.ship.sunk.v1': z.object({}) };
const changed = (members: object): AsyncApiDocument => shipDocument(z.object({ ...SAILED, ...members }), {}, sunk);
const { port: _port, ...withoutPort } = SAILED;

describe('the public events', () => {
  it('keep what the last release promised', () => {
    const released = JSON.parse(read('docs/reference/asyncapi.released.json')) as AsyncApiDocument;
    expect(breakingEventChanges(released, describeEvents()), INSTEAD).toEqual([]);
  });
});

describe('a change of events', () => {
  const harmless: readonly (readonly [string, AsyncApiDocument])[] = [
    ['nothing', RELEASED],
    ['a member that may be absent', changed({ mood: z.string().optional() })],
    ['a member with a default', changed({ mood: z.string().default('fine') })],
    [
      'a member of a shared shape that may be absent',
      changed({ crew: z.array(Crew.extend({ age: z.int().optional() })) }),
    ],
    ['another event', shipDocument(z.object(SAILED), {}, { ...sunk, 'caisson.ship.sailed.v2': z.object({}) })],
    ['words', changed({ port: z.string().describe('Where it sailed from.') })],
    ['a higher limit, which was never promised', changed({ port: z.string().max(9) })],
    ['a longer retention', shipDocument(z.object(SAILED), { retentionMs: 2000 }, sunk)],
  ];
  it.each(harmless)('is harmless: %s', (_reason, current) => {
    expect(breakingEventChanges(RELEASED, current)).toEqual([]);
  });

  const sailed = 'caisson.ship.sailed.v1';
  const breaking: readonly (readonly [string, AsyncApiDocument, string])[] = [
    ['a member is removed', shipDocument(z.object(withoutPort), {}, sunk), `${sailed}.port is gone.`],
    [
      'a member is renamed to one that must be there',
      shipDocument(z.object({ ...withoutPort, harbour: z.string() }), {}, sunk),
      `${sailed}.harbour must be there now, and recorded events may lack it.`,
    ],
    ['one that may be absent', changed({ port: z.string().optional() }), `${sailed}.port may be absent now`],
    ['one that must be there', changed({ knots: z.number() }), `${sailed}.knots must be there now`],
    [
      'a type narrowed',
      changed({ knots: z.int().optional() }),
      `${sailed}.knots: type is "integer" instead of "number"`,
    ],
    ['a type widened', changed({ port: z.union([z.string(), z.number()]) }), `${sailed}.port: type is`],
    ['a pattern', changed({ port: z.string().regex(/^[a-z]+$/) }), `${sailed}.port: pattern is`],
    ['a default', changed({ cargo: z.string().default('tea') }), `${sailed}.cargo: default is "tea" instead of ""`],
    [
      'an enum value removed',
      changed({ crew: z.array(Crew.extend({ rank: z.enum(['captain']) })) }),
      `${sailed}.crew[].rank: enum is ["captain"] instead of ["captain","mate"]`,
    ],
    [
      'an enum value added, which readers do not know',
      changed({ crew: z.array(Crew.extend({ rank: z.enum(['captain', 'mate', 'cook']) })) }),
      `${sailed}.crew[].rank: enum is`,
    ],
    ['a list for one', changed({ port: z.array(z.string()) }), `${sailed}.port: type is "array" instead of "string"`],
    ['a key instead of any', changed({ crew: z.record(z.string(), Crew) }), `${sailed}.crew: items has 0 parts`],
    ['an event removed', shipDocument(z.object(SAILED)), 'caisson.ship.sunk.v1 is no longer published on'],
    ['other partitions', shipDocument(z.object(SAILED), { partitions: 12 }, sunk), '12 partitions instead of 6'],
    ['another topic', shipDocument(z.object(SAILED), { name: 'ship.v2' }, sunk), `The topic ${TOPIC.name} is gone.`],
  ];
  it.each(breaking)('breaks readers: %s', (_reason, current, says) => {
    expect(breakingEventChanges(RELEASED, current).join('\n')).toContain(says);
  });

  it('that breaks a shared shape is said of the shape, once', () => {
    const current = structuredClone(describeEvents());
    const { AppliedUnit } = current.components.schemas as Record<string, { properties: Record<string, unknown> }>;
    delete AppliedUnit?.properties['engine'];
    expect(breakingEventChanges(describeEvents(), current)).toEqual(['AppliedUnit.engine is gone.']);
  });

  it('in the headers counts too', () => {
    const current = structuredClone(describeEvents());
    const { EventHeaders } = current.components.schemas as Record<string, { properties: Record<string, unknown> }>;
    delete EventHeaders?.properties['ce_tenantid'];
    expect(breakingEventChanges(describeEvents(), current)).toEqual(['EventHeaders.ce_tenantid is gone.']);
  });
});
