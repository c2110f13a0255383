import { describe, expect, it } from 'vitest';
import { webhookDecider, type WebhookCommand, type WebhookEvent } from './webhook.js';

const CREATED = { type: 'WebhookCreated', webhookId: 'w', name: 'shop', kind: 'github' } as const;
const [SOON, LATER] = ['2026-03-01T10:00:00.000Z', '2026-03-02T10:00:00.000Z'];
const rotated = (generation: number, previousUntil = SOON) =>
  ({ type: 'WebhookRotated', webhookId: 'w', generation, previousUntil }) as const;
const REMOVED = { type: 'WebhookRemoved', webhookId: 'w' } as const;

const after = (...events: readonly WebhookEvent[]) =>
  events.reduce((state, event) => webhookDecider.evolve(state, event), webhookDecider.initialState);
const decide = (command: WebhookCommand, ...events: readonly WebhookEvent[]) =>
  webhookDecider.decide(after(...events), command);

const create = { type: 'CreateWebhook', webhookId: 'w', name: 'shop', kind: 'github' } as const;
const rotate = { type: 'RotateWebhook', previousUntil: LATER } as const;
const remove = { type: 'RemoveWebhook' } as const;
const NOT_FOUND = { outcome: 'rejected', rejection: { code: 'webhook-not-found' } };

describe('a webhook', () => {
  it('is created once', () => {
    expect(decide(create)).toEqual({ outcome: 'accepted', events: [CREATED] });
    expect(decide(create, CREATED)).toEqual({ outcome: 'accepted', events: [] });
    expect(decide(create, CREATED, REMOVED)).toEqual({ outcome: 'accepted', events: [] });
  });

  it('has the next secret when it is rotated, and knows until when the one before is good', () => {
    expect(decide(rotate, CREATED)).toEqual({ outcome: 'accepted', events: [rotated(2, LATER)] });
    expect(decide(rotate, CREATED, rotated(2))).toEqual({ outcome: 'accepted', events: [rotated(3, LATER)] });
    expect(after(CREATED)).not.toHaveProperty('previousUntil');
    expect(after(CREATED, rotated(2), rotated(3, LATER))).toMatchObject({ generation: 3, previousUntil: LATER });
  });

  it('is there no more once it was removed', () => {
    expect(decide(remove, CREATED)).toEqual({ outcome: 'accepted', events: [REMOVED] });
    for (const command of [rotate, remove]) {
      expect(decide(command, CREATED, REMOVED)).toEqual(NOT_FOUND);
      expect(decide(command)).toEqual(NOT_FOUND);
    }
  });

  it('keeps what is recorded of it without its beginning out of its state', () => {
    expect(after(rotated(2))).toEqual({ status: 'absent' });
  });
});
