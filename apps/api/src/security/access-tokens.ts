import { createHmac } from 'node:crypto';
import { AccessTokens, CallbackTokens, PageCursors } from '@caisson/http';
import { sha256 } from '@caisson/kernel';
import type { ApiPorts } from '../ports.js';

const LIFETIME_MS = 30 * 60 * 1000;
const KEY_ID_LENGTH = 16;

/** The maker and checker of access tokens. The `kid` of a secret follows from it, so replacing one needs no naming. */
export function accessTokensOf({ clock, settings }: Pick<ApiPorts, 'clock' | 'settings'>): AccessTokens {
  const { jwtAudience, jwtIssuer, jwtPreviousSecret, jwtSecret } = settings;
  const secrets = jwtPreviousSecret === undefined ? [jwtSecret] : [jwtSecret, jwtPreviousSecret];
  return new AccessTokens(
    {
      issuer: jwtIssuer,
      audience: jwtAudience,
      signingKeyId: keyIdOf(jwtSecret),
      keys: new Map(secrets.map((secret) => [keyIdOf(secret), secret])),
      lifetimeMs: LIFETIME_MS,
    },
    clock,
  );
}

/** The signer of page cursors, with a secret of its own that follows from the one for tokens. */
export function pageCursorsOf({ settings }: Pick<ApiPorts, 'settings'>): PageCursors {
  return new PageCursors(createHmac('sha256', settings.jwtSecret).update('page cursors').digest('hex'));
}

/** The signer of callback addresses; undefined when callbacks are off. */
export function callbackTokensOf({ settings }: Pick<ApiPorts, 'settings'>): CallbackTokens | undefined {
  return settings.callbackSecret === undefined ? undefined : new CallbackTokens(settings.callbackSecret);
}

function keyIdOf(secret: string): string {
  return sha256(`key id ${secret}`).slice(0, KEY_ID_LENGTH);
}
