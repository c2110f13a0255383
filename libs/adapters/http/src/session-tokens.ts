import { ROLES, type Role } from '@caisson/contracts';
import { invariant, isUuid, type Clock } from '@caisson/kernel';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { SignedTokens, type Checked, type TokenSettings } from './signed-tokens.js';

/** Which session tokens are for, and who it is. */
export interface TokenSubject {
  readonly principalId: string;
  readonly tenantId: string;
  readonly username: string;
  readonly role: Role;
  readonly sessionId: string;
}

/** Which refresh token of its session it is. */
export interface RefreshSubject extends Pick<TokenSubject, 'principalId' | 'tenantId' | 'sessionId'> {
  readonly generation: number;
}

/** How long tokens live. */
export interface SessionTokenSettings extends TokenSettings {
  readonly accessLifetimeMs: number;
}

/** A token and how long it is good. */
export interface IssuedToken {
  readonly token: string;
  readonly expiresInS: number;
}

const DAY_S = 24 * 60 * 60;

const Uuid = z.string().refine(isUuid);

const ACCESS = {
  typ: 'at+jwt', // RFC 9068, section 2.1.
  claims: z.object({
    sub: Uuid,
    tenant: Uuid,
    sid: Uuid,
    username: z.string().min(1).max(64),
    role: z.enum(ROLES),
  }),
  lifetimeSMax: DAY_S,
};

const REFRESH = {
  typ: 'rt+jwt',
  claims: z.object({ sub: Uuid, tenant: Uuid, sid: Uuid, generation: z.int().positive() }),
  lifetimeSMax: 8 * DAY_S,
};

/** Makes and checks the two tokens of a session. */
export class SessionTokens {
  private readonly signed: SignedTokens;

  constructor(
    private readonly settings: SessionTokenSettings,
    clock: Pick<Clock, 'now'>,
  ) {
    invariant(settings.accessLifetimeMs <= DAY_S * 1000, 'access tokens live longer than a day');
    this.signed = new SignedTokens(settings, clock);
  }

  /** A token that says who asks, valid from now. */
  issueAccess({ principalId, role, sessionId, tenantId, username }: TokenSubject): IssuedToken {
    const expiresInS = Math.floor(this.settings.accessLifetimeMs / 1000);
    const claims = { sub: principalId, tenant: tenantId, sid: sessionId, username, role, jti: randomUUID() };
    return { token: this.signed.sign(ACCESS, claims, this.signed.nowS() + expiresInS), expiresInS };
  }

  /** A token for the next tokens of the session, good until the session ends. */
  issueRefresh({ generation, principalId, sessionId, tenantId }: RefreshSubject, endsAt: string): IssuedToken {
    const expiresAtS = Math.floor(Date.parse(endsAt) / 1000);
    const claims = { sub: principalId, tenant: tenantId, sid: sessionId, generation, jti: randomUUID() };
    return { token: this.signed.sign(REFRESH, claims, expiresAtS), expiresInS: expiresAtS - this.signed.nowS() };
  }

  /** Checks an access token. Whether its session still goes on is for the caller to find out. */
  checkAccess(token: string): Checked<TokenSubject> {
    const checked = this.signed.check(ACCESS, token);
    if (checked.outcome !== 'valid') return checked;
    const { role, sid, sub, tenant, username } = checked.claims;
    return { outcome: 'valid', claims: { principalId: sub, tenantId: tenant, sessionId: sid, username, role } };
  }

  /** Checks a refresh token. Whether it is the good one of its session is for the caller to find out. */
  checkRefresh(token: string): Checked<RefreshSubject> {
    const checked = this.signed.check(REFRESH, token);
    if (checked.outcome !== 'valid') return checked;
    const { generation, sid, sub, tenant } = checked.claims;
    return { outcome: 'valid', claims: { principalId: sub, tenantId: tenant, sessionId: sid, generation } };
  }
}
