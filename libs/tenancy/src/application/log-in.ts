import { handleCommand, type CommandRuntime, type DocumentStore, type StoredDocument } from '@caisson/event-sourcing';
import { deterministicId } from '@caisson/kernel';
import { principalAggregate } from './principal.aggregate.js';
import { sessionOf, sessionTimes, type RequestContext } from './session-parts.js';
import { TENANCY_COLLECTIONS, type PasswordDocument, type MemberDocument } from './tenancy-documents.js';
import { principalIdOf, tenantIdOf } from './tenancy-ids.js';
import type { MemberSubject, PasswordHasher, SessionTokens, TokenIssuer } from './tenancy-ports.js';

/** Who wants in. */
export interface LogInInput {
  readonly tenantName: string;
  readonly username: string;
  readonly password: string;
  readonly context: RequestContext;
}

/** What became of a login. A refusal does not tell whether tenant, user name or password was wrong. */
export type Login =
  | { readonly outcome: 'accepted'; readonly tokens: SessionTokens }
  | { readonly outcome: 'rejected'; readonly rejection: { readonly code: 'credentials-invalid' } };

const REFUSED: Login = { outcome: 'rejected', rejection: { code: 'credentials-invalid' } };

/** Exchanges user name and password for a session and its first tokens. */
export class LogIn {
  constructor(
    private readonly runtime: CommandRuntime,
    private readonly documents: DocumentStore,
    private readonly hasher: PasswordHasher,
    private readonly tokens: TokenIssuer,
  ) {}

  /**
   * Does the same work for an unknown user as for a wrong password.
   *
   * @throws Fault of the store, and `too-busy` of the hasher; both retryable.
   */
  async execute({ context, password, tenantName, username }: LogInInput): Promise<Login> {
    const tenantId = tenantIdOf(tenantName);
    const principalId = principalIdOf(tenantId, username);
    const [member, credential] = await Promise.all([
      this.documents.get<MemberDocument>(tenantId, TENANCY_COLLECTIONS.member, principalId),
      this.documents.get<PasswordDocument>(tenantId, TENANCY_COLLECTIONS.password, principalId),
    ]);
    const fits = await this.hasher.verify(credential?.body.passwordHash, password);
    if (!fits || member?.body.status !== 'active') return REFUSED;
    const ofPrincipal = { ...context, tenantId, actor: principalId };
    const sessionId = deterministicId('session', principalId, context.commandId);
    const times = sessionTimes(this.runtime.clock);
    const started = await handleCommand(this.runtime, principalAggregate(), {
      id: principalId,
      command: { type: 'StartSession', sessionId, ...times },
      context: ofPrincipal,
    });
    if (started.outcome === 'rejected') return REFUSED;
    const session = sessionOf(started.state, sessionId);
    if (session === undefined) return REFUSED; // The same command long ago, and its session has ended.
    if (await this.wasReplaced(credential, { tenantId, principalId })) {
      await handleCommand(this.runtime, principalAggregate(), {
        id: principalId,
        command: { type: 'EndSession', sessionId },
        context: {
          ...ofPrincipal,
          commandId: deterministicId('withdrawn-login', principalId, context.commandId),
        },
      });
      return REFUSED;
    }
    const { role } = member.body;
    return { outcome: 'accepted', tokens: this.tokens.issue({ principalId, tenantId, username, role, ...session }) };
  }

  /** A change of password ends the sessions that it finds, and not one that a login under way begins after it. */
  private async wasReplaced(
    verified: StoredDocument<PasswordDocument> | undefined,
    { principalId, tenantId }: Pick<MemberSubject, 'tenantId' | 'principalId'>,
  ): Promise<boolean> {
    const current = await this.documents.get(tenantId, TENANCY_COLLECTIONS.password, principalId);
    return current?.version !== verified?.version;
  }
}
