export { ChangePassword } from './application/change-password.js';
export type { ChangePasswordInput, PasswordChange } from './application/change-password.js';
export { ChangeQuotas } from './application/change-quotas.js';
export type { ChangeQuotasInput } from './application/change-quotas.js';
export { EndSession } from './application/end-session.js';
export type { EndSessionInput } from './application/end-session.js';
export { FindAccess } from './application/find-access.js';
export type { KeyAccess, MemberAccess } from './application/find-access.js';
export { LogIn } from './application/log-in.js';
export type { Login, LogInInput } from './application/log-in.js';
export { ManageKeys } from './application/manage-keys.js';
export type {
  IssueKeyInput,
  KeyGiven,
  KeyGivingRejection,
  RevokeKeyInput,
  RotateKeyInput,
} from './application/manage-keys.js';
export { ManageMembers } from './application/manage-members.js';
export type {
  ChangeRoleInput,
  Invited,
  InviteInput,
  RemoveMemberInput,
  RevokeInvitationInput,
} from './application/manage-members.js';
export { ReadTenant } from './application/read-tenant.js';
export type { TenantRead } from './application/read-tenant.js';
export { RefreshSession } from './application/refresh-session.js';
export type { Refreshed, RefreshSessionInput } from './application/refresh-session.js';
export { Register } from './application/register.js';
export type { RegisterInput, Registration, RegistrationRejection } from './application/register.js';
export { TENANCY_COLLECTIONS } from './application/tenancy-documents.js';
export type {
  CredentialDocument,
  PasswordDocument,
  KeyDocument,
  MemberDocument,
  SessionDocument,
} from './application/tenancy-documents.js';
export type { KeyRejection } from './domain/api-key.js';
export type { TenantRejection } from './domain/tenant.commands.js';
export { principalIdOf, tenantIdOf } from './application/tenancy-ids.js';
export type {
  BootstrapGate,
  MemberSubject,
  PasswordHasher,
  SecretMint,
  SecretOwner,
  SessionTokens,
  TokenIssuer,
  TokenSubject,
} from './application/tenancy-ports.js';
export { ManageCredentials } from './application/manage-credentials.js';
export type {
  RemoveCredentialInput,
  RewrapCredentialsInput,
  StoreCredentialInput,
} from './application/manage-credentials.js';
export { UseCredential } from './application/use-credential.js';
export type { UseCredentialParts } from './application/use-credential.js';
export type { CredentialRejection } from './domain/credential.js';
