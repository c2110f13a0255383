import type { DocumentStore } from '@caisson/event-sourcing';
import { TENANCY_COLLECTIONS, type CredentialDocument, type PrincipalDocument } from './tenancy-documents.js';
import { principalIdOf, tenantIdOf } from './tenancy-ids.js';
import type { PasswordHasher, TokenIssuer } from './tenancy-ports.js';

/** Who wants in. */
export interface LogInInput {
  readonly tenantName: string;
  readonly username: string;
  readonly password: string;
}

/** What became of a login. A refusal does not tell whether tenant, user name or password was wrong. */
export type Login =
  | { readonly outcome: 'accepted'; readonly accessToken: string; readonly expiresInS: number }
  | { readonly outcome: 'rejected'; readonly rejection: { readonly code: 'credentials-invalid' } };

/** Exchanges user name and password for an access token. */
export class LogIn {
  constructor(
    private readonly documents: DocumentStore,
    private readonly hasher: PasswordHasher,
    private readonly tokens: TokenIssuer,
  ) {}

  /**
   * Does the same work for an unknown user as for a wrong password.
   *
   * @throws Fault of the store, and `too-busy` of the hasher; both retryable.
   */
  async execute({ password, tenantName, username }: LogInInput): Promise<Login> {
    const tenantId = tenantIdOf(tenantName);
    const id = principalIdOf(tenantId, username);
    const { credential: credentials, principal: principals } = TENANCY_COLLECTIONS;
    const [principal, credential] = await Promise.all([
      this.documents.get<PrincipalDocument>(tenantId, principals, id),
      this.documents.get<CredentialDocument>(tenantId, credentials, id),
    ]);
    const fits = await this.hasher.verify(credential?.body.passwordHash, password);
    if (!fits || principal === undefined) {
      return { outcome: 'rejected', rejection: { code: 'credentials-invalid' } };
    }
    const { role } = principal.body;
    return { outcome: 'accepted', ...this.tokens.issue({ principalId: id, tenantId, username, role }) };
  }
}
