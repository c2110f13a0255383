import { describe, expect, it } from 'vitest';
import { deliveryDecider } from './delivery.decide.js';
import { meaningOfGithubDelivery } from './github-push.js';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const payload = {
  ref: 'refs/heads/release/1.2',
  before: '0'.repeat(40),
  after: COMMIT,
  deleted: false,
  repository: { full_name: 'acme/shop', clone_url: 'http://127.0.0.1/steal' },
  sender: { login: 'mia' },
  commits: [],
};

describe('what a GitHub delivery means', () => {
  it('is a push to a branch', () => {
    expect(meaningOfGithubDelivery('push', payload)).toEqual({
      kind: 'push',
      push: { repository: 'acme/shop', branch: 'release/1.2', commit: COMMIT, sender: 'mia' },
    });
  });

  it('may come from a GitHub App', () => {
    expect(meaningOfGithubDelivery('push', { ...payload, sender: { login: 'renovate[bot]' } }).kind).toBe('push');
  });

  it.each([
    ['ping', { zen: 'x' }, 'only asks'],
    ['issues', payload, 'not a push'],
    ['push', { ...payload, ref: 'refs/tags/v1' }, 'tag'],
    ['push', { ...payload, deleted: true }, 'deleted'],
    ['push', { ...payload, after: '0'.repeat(40) }, 'deleted'],
    ['push', undefined, 'branch'],
    ['push', null, 'branch'],
    ['push', [], 'branch'],
    ['push', 'text', 'branch'],
    ['push', { ref: 7 }, 'branch'],
    ['push', { ...payload, repository: undefined }, 'repository'],
    ['push', { ...payload, repository: { full_name: 'acme/../x' } }, 'repository'],
    ['push', { ...payload, repository: { full_name: 'acme/..' } }, 'repository'],
    ['push', { ...payload, ref: 'refs/heads/--upload-pack=x' }, 'branch'],
    ['push', { ...payload, ref: 'refs/heads/a..b' }, 'branch'],
    ['push', { ...payload, ref: 'refs/heads/$(id)' }, 'branch'],
    ['push', { ...payload, ref: 'refs/heads/a\nb' }, 'branch'],
    ['push', { ...payload, after: 'HEAD' }, 'commit'],
    ['push', { ...payload, sender: {} }, 'sender'],
    ['push', JSON.parse('{"__proto__":{"ref":"refs/heads/main"}}'), 'branch'],
  ])('%s %j means nothing', (event, body, reason) => {
    const meaning = meaningOfGithubDelivery(event, body);
    expect(meaning.kind).toBe('nothing');
    expect(meaning.kind === 'nothing' && meaning.reason).toContain(reason);
  });
});

describe('a delivery', () => {
  const origin = { hookId: 'h', deliveryId: 'd', event: 'push' };
  const push = { repository: 'acme/shop', branch: 'main', commit: COMMIT, sender: 'mia' };

  it('is accepted when it is a push', () => {
    const decision = deliveryDecider.decide('unknown', {
      type: 'RecordDelivery',
      origin,
      meaning: { kind: 'push', push },
    });
    expect(decision).toEqual({ outcome: 'accepted', events: [{ type: 'DeliveryAccepted', ...origin, ...push }] });
  });

  it('is recorded and ignored when it means nothing', () => {
    const meaning = { kind: 'nothing', reason: 'not a push' } as const;
    const decision = deliveryDecider.decide('unknown', { type: 'RecordDelivery', origin, meaning });
    expect(decision).toEqual({
      outcome: 'accepted',
      events: [{ type: 'DeliveryIgnored', ...origin, reason: 'not a push' }],
    });
  });

  it.each(['accepted', 'ignored'] as const)('is recorded once: nothing more happens when it is %s', (state) => {
    const decision = deliveryDecider.decide(state, { type: 'RecordDelivery', origin, meaning: { kind: 'push', push } });
    expect(decision).toEqual({ outcome: 'accepted', events: [] });
  });
});
