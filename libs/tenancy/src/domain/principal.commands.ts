import type { Role } from '@caisson/contracts';
import type { Decision } from '@caisson/kernel';
import type { PrincipalEvent } from './principal.events.js';

/** Brings a principal into being. */
export interface RegisterPrincipal {
  readonly type: 'RegisterPrincipal';
  readonly principalId: string;
  readonly username: string;
  readonly role: Role;
}

/** Everything that a principal judges. */
export type PrincipalCommand = RegisterPrincipal;

/** Why a principal says no. Codes are stable. */
export type PrincipalRejection = { readonly code: 'username-taken'; readonly username: string };

/** What became of a command to a principal. */
export type PrincipalDecision = Decision<PrincipalEvent, PrincipalRejection>;
