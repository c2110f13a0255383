import type { Role } from '@caisson/contracts';
import type { Decision, Instant } from '@caisson/kernel';
import type { PrincipalEvent } from './principal.events.js';

/** Brings a principal into being. */
export interface RegisterPrincipal {
  readonly type: 'RegisterPrincipal';
  readonly principalId: string;
  readonly username: string;
  readonly role: Role;
}

/** Begins a session. The caller has proved who it is. */
export interface StartSession {
  readonly type: 'StartSession';
  readonly sessionId: string;
  readonly at: Instant;
  readonly endsAt: Instant;
}

/** Exchanges the refresh token of a generation for the next one. An old one ends the session. */
export interface RefreshSession {
  readonly type: 'RefreshSession';
  readonly sessionId: string;
  readonly generation: number;
  readonly at: Instant;
  readonly endsAt: Instant;
}

/** Ends a session, if it has not ended. */
export interface EndSession {
  readonly type: 'EndSession';
  readonly sessionId: string;
}

/** Ends all sessions but one. The caller has proved that it knows the password; the new hash is written with it. */
export interface ChangePassword {
  readonly type: 'ChangePassword';
  readonly keptSessionId: string;
}

/** Everything that a principal judges. */
export type PrincipalCommand = RegisterPrincipal | StartSession | RefreshSession | EndSession | ChangePassword;

/** Why a principal says no. Codes are stable. */
export type PrincipalRejection =
  | { readonly code: 'username-taken'; readonly username: string }
  /** There is no such principal, or its session has ended. */
  | { readonly code: 'session-ended' };

/** What became of a command to a principal. */
export type PrincipalDecision = Decision<PrincipalEvent, PrincipalRejection>;
