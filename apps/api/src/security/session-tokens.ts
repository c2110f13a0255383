import { createHmac, createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import {
  CallbackTokens,
  PageCursors,
  SessionTokens,
  TokenKeys,
  type TokenAlgorithm,
  type TokenKey,
  WebhookSecrets,
} from '@caisson/http';
import { sha256, type Clock } from '@caisson/kernel';
import type { TokenIssuer, TokenSubject, SessionTokens as IssuedTokens } from '@caisson/tenancy';
import type { ApiPorts } from '../ports.js';

const ACCESS_LIFETIME_MS = 30 * 60 * 1000;
const KEY_ID_LENGTH = 16;

/** What tokens are made and checked with. */
export type TokenKeySettings = Pick<
  ApiPorts['settings'],
  'jwtSecret' | 'jwtPreviousSecret' | 'jwtPrivateKey' | 'jwtPreviousPublicKey'
>;

/** The keys of tokens. A `kid` follows from its key, so replacing one needs no naming. */
export function tokenKeysOf(settings: TokenKeySettings): TokenKeys {
  const { jwtPreviousPublicKey, jwtPreviousSecret, jwtPrivateKey, jwtSecret } = settings;
  const signing = jwtPrivateKey === undefined ? secretKey(jwtSecret) : rsaKey(createPrivateKey(jwtPrivateKey));
  return new TokenKeys([
    signing,
    ...(jwtPreviousSecret === undefined ? [] : [secretKey(jwtPreviousSecret)]),
    ...(jwtPreviousPublicKey === undefined ? [] : [rsaKey(createPublicKey(jwtPreviousPublicKey))]),
  ]);
}

/** The maker and checker of the tokens of sessions. */
export function sessionTokensOf({ clock, settings }: { clock: Clock; settings: ApiPorts['settings'] }): SessionTokens {
  const { jwtAudience: audience, jwtIssuer: issuer } = settings;
  const keys = tokenKeysOf(settings);
  return new SessionTokens({ issuer, audience, keys, accessLifetimeMs: ACCESS_LIFETIME_MS }, clock);
}

/** Makes both tokens of a session. */
export class SessionTokenIssuer implements TokenIssuer {
  constructor(private readonly tokens: SessionTokens) {}

  issue(subject: TokenSubject): IssuedTokens {
    const access = this.tokens.issueAccess(subject);
    const refresh = this.tokens.issueRefresh(subject, subject.endsAt);
    return {
      accessToken: access.token,
      expiresInS: access.expiresInS,
      refreshToken: refresh.token,
      refreshExpiresInS: refresh.expiresInS,
    };
  }
}

/** The signer of page cursors. */
export function pageCursorsOf({ settings }: Pick<ApiPorts, 'settings'>): PageCursors {
  return new PageCursors(derivedSecret(settings, 'page cursors'));
}

/** A secret for one purpose only, that follows from the one for tokens. */
export function derivedSecret({ jwtSecret }: Pick<ApiPorts['settings'], 'jwtSecret'>, purpose: string): string {
  return createHmac('sha256', jwtSecret).update(purpose).digest('hex');
}

/** The signer of callback addresses; undefined when callbacks are off. */
export function callbackTokensOf({ settings }: Pick<ApiPorts, 'settings'>): CallbackTokens | undefined {
  return settings.callbackSecret === undefined ? undefined : new CallbackTokens(settings.callbackSecret);
}

/** The maker of secrets of webhooks; undefined when webhooks are off. */
export function webhookSecretsOf({ settings }: Pick<ApiPorts, 'settings'>): WebhookSecrets | undefined {
  return settings.callbackSecret === undefined ? undefined : new WebhookSecrets(settings.callbackSecret);
}

function secretKey(secret: string): TokenKey {
  return { keyId: keyIdOf(secret), algorithm: 'HS256', key: createSecretKey(Buffer.from(secret)) };
}

/** The id follows from the public half, which the holder of either half knows. */
function rsaKey(key: KeyObject): TokenKey {
  const algorithm: TokenAlgorithm = 'RS256';
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return { keyId: keyIdOf(half.export({ type: 'spki', format: 'pem' }).toString()), algorithm, key };
}

function keyIdOf(text: string): string {
  return sha256(`key id ${text}`).slice(0, KEY_ID_LENGTH);
}
