import type { Role } from '@caisson/contracts';

/** Why a session is over before its time. `token-reused`: a refresh token came twice, so one of the two was stolen. */
export type SessionEnd = 'logged-out' | 'token-reused' | 'displaced';

/** Facts about one principal. What proves who it is, such as the hash of a password, is never a fact. */
export type PrincipalEvent =
  | {
      readonly type: 'PrincipalRegistered';
      readonly principalId: string;
      readonly username: string;
      /** At that time; the tenant says what it is now. */
      readonly role: Role;
    }
  | { readonly type: 'SessionStarted'; readonly sessionId: string; readonly at: string; readonly endsAt: string }
  | {
      readonly type: 'SessionRefreshed';
      readonly sessionId: string;
      /** Of the refresh token that is good from now on; the first one is 1. */
      readonly generation: number;
      readonly endsAt: string;
    }
  | { readonly type: 'SessionEnded'; readonly sessionId: string; readonly reason: SessionEnd }
  /** Ends all sessions but the one in which it was changed. */
  | { readonly type: 'PasswordChanged'; readonly keptSessionId: string };
