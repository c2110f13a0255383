import type { Role } from '@caisson/contracts';

/** Facts about one principal. What proves who it is, such as the hash of a password, is never a fact. */
export type PrincipalEvent = {
  readonly type: 'PrincipalRegistered';
  readonly principalId: string;
  readonly username: string;
  readonly role: Role;
};
