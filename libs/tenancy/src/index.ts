export { FindPrincipal } from './application/find-principal.js';
export { LogIn } from './application/log-in.js';
export type { Login, LogInInput } from './application/log-in.js';
export { RegisterFirstAdmin } from './application/register-first-admin.js';
export type {
  RegisterFirstAdminInput,
  Registration,
  RegistrationRejection,
} from './application/register-first-admin.js';
export { TENANCY_COLLECTIONS } from './application/tenancy-documents.js';
export type { CredentialDocument, PrincipalDocument } from './application/tenancy-documents.js';
export { principalIdOf, tenantIdOf } from './application/tenancy-ids.js';
export type { BootstrapGate, PasswordHasher, TokenIssuer, TokenSubject } from './application/tenancy-ports.js';
