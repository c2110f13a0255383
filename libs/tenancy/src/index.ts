export { ChangePassword } from './application/change-password.js';
export type { ChangePasswordInput, PasswordChange } from './application/change-password.js';
export { EndSession } from './application/end-session.js';
export type { EndSessionInput } from './application/end-session.js';
export { FindAccess } from './application/find-access.js';
export type { Access } from './application/find-access.js';
export { LogIn } from './application/log-in.js';
export type { Login, LogInInput } from './application/log-in.js';
export { RefreshSession } from './application/refresh-session.js';
export type { Refreshed, RefreshSessionInput } from './application/refresh-session.js';
export { Register } from './application/register.js';
export type { RegisterInput, Registration, RegistrationRejection } from './application/register.js';
export { TENANCY_COLLECTIONS } from './application/tenancy-documents.js';
export type { CredentialDocument, MemberDocument, SessionDocument } from './application/tenancy-documents.js';
export { principalIdOf, tenantIdOf } from './application/tenancy-ids.js';
export type {
  BootstrapGate,
  MemberSubject,
  PasswordHasher,
  SessionTokens,
  TokenIssuer,
  TokenSubject,
} from './application/tenancy-ports.js';
