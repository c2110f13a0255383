import { createHmac } from 'node:crypto';
import { bytesOfOwner, OWNER_BYTES, ownerOfBytes, type Owned } from './owner-bytes.js';

/** The address of a webhook below `/webhooks/`: names tenant and webhook, and is no secret. 43 characters. */
export function webhookAddressOf(webhook: Owned): string {
  return bytesOfOwner(webhook).toString('base64url');
}

/** Which webhook an address names; undefined for what is none. Nothing is proved by that. */
export function webhookAt(address: string): Owned | undefined {
  const bytes = Buffer.from(address, 'base64url');
  // One text per webhook: base64 has several for the same bytes.
  if (bytes.length !== OWNER_BYTES || bytes.toString('base64url') !== address) return undefined;
  return ownerOfBytes(bytes);
}

/**
 * The secrets of webhooks: they follow by HMAC-SHA256 from a secret of the installation, the webhook and the generation
 * of its secret. None is kept, so none can be read back.
 */
export class WebhookSecrets {
  /**
   * Each secret has at least 32 characters. The first one makes secrets. Those that the previous one made are known as
   * long as it is given here.
   */
  constructor(
    private readonly secret: string,
    private readonly previousSecret?: string,
  ) {}

  /** 43 characters that need no escaping anywhere. */
  secretOf(webhook: Owned, generation: number): string {
    return derived(this.secret, webhook, generation);
  }

  /** Every text that was given out as the secret of this generation. */
  allOf(webhook: Owned, generation: number): readonly string[] {
    const { previousSecret, secret } = this;
    const secrets = [secret, ...(previousSecret === undefined ? [] : [previousSecret])];
    return secrets.map((one) => derived(one, webhook, generation));
  }
}

function derived(secret: string, { id, tenantId }: Owned, generation: number): string {
  const named = JSON.stringify([tenantId, id, generation]);
  return createHmac('sha256', secret).update(`webhook ${named}`).digest('base64url');
}
