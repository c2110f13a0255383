import { createHmac, timingSafeEqual } from 'node:crypto';

const SIGNATURE = /^sha256=([0-9a-f]{64})$/;

/**
 * Whether a delivery was signed with a secret: HMAC-SHA256 over exactly the bytes that came, compared in constant time.
 *
 * Source: GitHub, "Validating webhook deliveries".
 *
 * @param header - `X-Hub-Signature-256`; anything.
 */
export function isSignedByGithub(header: unknown, secret: string, body: Uint8Array): boolean {
  const expected = createHmac('sha256', secret).update(body).digest();
  const hex = typeof header === 'string' ? SIGNATURE.exec(header)?.[1] : undefined;
  // The work is the same whatever the header says; its pattern gives both sides one length.
  return hex !== undefined && timingSafeEqual(Buffer.from(hex, 'hex'), expected);
}
