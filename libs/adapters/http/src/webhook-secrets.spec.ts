import { describe, expect, it } from 'vitest';
import { webhookAddressOf, webhookAt, WebhookSecrets } from './webhook-secrets.js';

const webhook = { tenantId: '0198c2a5-7b1e-7c3d-9a4f-2f6d8e1b0c5a', id: 'ea9670d0-95e9-5f22-a397-93242ffbb7a0' };
const [OLD, NEW] = ['o'.repeat(32), 'n'.repeat(32)];

describe('the address of a webhook', () => {
  it('names tenant and webhook', () => {
    const address = webhookAddressOf(webhook);
    expect(address).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(webhookAt(address)).toEqual(webhook);
  });

  it.each([
    '',
    'shop',
    '__proto__',
    'callbacks',
    `${webhookAddressOf(webhook)}A`,
    `${'A'.repeat(42)}B`,
    '/'.repeat(43),
  ])('is none: %s', (address) => {
    expect(webhookAt(address)).toBeUndefined();
  });
});

describe('the secret of a webhook', () => {
  it('is another one for each webhook, generation and installation', () => {
    const secrets = new WebhookSecrets(NEW);
    const other = { ...webhook, id: webhook.tenantId };
    const all = [
      ...[secrets.secretOf(webhook, 1), secrets.secretOf(webhook, 2), secrets.secretOf(other, 1)],
      ...[secrets.secretOf({ ...webhook, tenantId: webhook.id }, 1), new WebhookSecrets(OLD).secretOf(webhook, 1)],
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(secrets.secretOf(webhook, 1)).toBe(all[0]);
  });

  it('outlives the secret of the installation while that is still given', () => {
    const before = new WebhookSecrets(OLD).secretOf(webhook, 1);
    expect(new WebhookSecrets(NEW, OLD).allOf(webhook, 1)).toContain(before);
    expect(new WebhookSecrets(NEW).allOf(webhook, 1)).not.toContain(before);
    expect(new WebhookSecrets(NEW, OLD).secretOf(webhook, 1)).not.toBe(before);
  });
});
