import type {
  ChangePasswordInput,
  ChangeQuotasInput,
  ChangeRoleInput,
  CredentialRejection,
  EndSessionInput,
  Invited,
  InviteInput,
  IssueKeyInput,
  KeyGiven,
  KeyRejection,
  Login,
  LogInInput,
  PasswordChange,
  Refreshed,
  RefreshSessionInput,
  RegisterInput,
  Registration,
  RemoveCredentialInput,
  RemoveMemberInput,
  RevokeInvitationInput,
  RevokeKeyInput,
  RewrapCredentialsInput,
  RotateKeyInput,
  StoreCredentialInput,
  TenantRejection,
} from '@caisson/tenancy';
import { UseCaseCommand } from './use-case-command.js';

/** Takes somebody into a tenant. */
export class RegisterCommand extends UseCaseCommand<RegisterInput, Registration> {}

/** Exchanges user name and password for a session. */
export class LogInCommand extends UseCaseCommand<LogInInput, Login> {}

/** Exchanges a refresh token for the next tokens of its session. */
export class RefreshSessionCommand extends UseCaseCommand<RefreshSessionInput, Refreshed> {}

/** Ends a session. */
export class EndSessionCommand extends UseCaseCommand<EndSessionInput, void> {}

/** Replaces the password of a principal. */
export class ChangePasswordCommand extends UseCaseCommand<ChangePasswordInput, PasswordChange> {}

/** Invites somebody into a tenant. */
export class InviteMemberCommand extends UseCaseCommand<InviteInput, Invited> {}

/** Takes an invitation back. */
export class RevokeInvitationCommand extends UseCaseCommand<RevokeInvitationInput, TenantRejection | undefined> {}

/** Gives a member another role. */
export class ChangeRoleCommand extends UseCaseCommand<ChangeRoleInput, TenantRejection | undefined> {}

/** Shows a member the door. */
export class RemoveMemberCommand extends UseCaseCommand<RemoveMemberInput, TenantRejection | undefined> {}

/** Says how much a tenant may have. */
export class ChangeQuotasCommand extends UseCaseCommand<ChangeQuotasInput, TenantRejection | undefined> {}

/** Issues an API key. */
export class IssueKeyCommand extends UseCaseCommand<IssueKeyInput, KeyGiven> {}

/** Gives an API key a new secret. */
export class RotateKeyCommand extends UseCaseCommand<RotateKeyInput, KeyGiven> {}

/** Takes an API key back. */
export class RevokeKeyCommand extends UseCaseCommand<RevokeKeyInput, KeyRejection | undefined> {}

/** Stores the values of a credential. */
export class StoreCredentialCommand extends UseCaseCommand<StoreCredentialInput, void> {}

/** Removes a credential. */
export class RemoveCredentialCommand extends UseCaseCommand<RemoveCredentialInput, CredentialRejection | undefined> {}

/** Puts all credentials of a tenant under the newest key. */
export class RewrapCredentialsCommand extends UseCaseCommand<RewrapCredentialsInput, number> {}
