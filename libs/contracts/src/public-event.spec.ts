import { describe, expect, it } from 'vitest';
import { decodeEvent, eventTypeOf, parseEventType, type PublicEvent } from './public-event.js';

const eventOf = (type: string, data: unknown): PublicEvent => ({ type, data }) as PublicEvent;

describe('the type of an event', () => {
  it('is the first version of its fact, where the fact does not name another', () => {
    expect(eventTypeOf('deployment', 'run-retried')).toBe('caisson.deployment.run-retried.v1');
    expect(eventTypeOf('deployment', 'run-retried.v2' as never)).toBe('caisson.deployment.run-retried.v2');
    expect(parseEventType('caisson.deployment.run-retried.v2')).toEqual({
      context: 'deployment',
      fact: 'run-retried',
      major: 2,
    });
  });
});

describe('an event that is read', () => {
  const data = { deploymentId: 'd', runId: 'r' };

  it('has the data of its fact', () => {
    const event = decodeEvent('deployment', eventOf('caisson.deployment.run-retried.v1', data));
    expect(event).toMatchObject({ fact: 'run-retried', data });
  });

  it.each(['caisson.deployment.run-retried.v2', 'caisson.drift.run-retried.v1', 'caisson.deployment.constructor.v1'])(
    'is passed over where nobody knows its type: %s',
    (type) => {
      expect(decodeEvent('deployment', eventOf(type, data))).toBeUndefined();
    },
  );
});
