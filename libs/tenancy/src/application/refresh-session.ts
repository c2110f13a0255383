import { handleCommand, type CommandRuntime, type DocumentStore } from '@caisson/event-sourcing';
import { principalAggregate } from './principal.aggregate.js';
import { sessionOf, sessionTimes, type RequestContext } from './session-parts.js';
import { TENANCY_COLLECTIONS, type MemberDocument } from './tenancy-documents.js';
import type { SessionTokens, TokenIssuer } from './tenancy-ports.js';

/** A refresh token whose signature was checked. */
export interface RefreshSessionInput {
  readonly tenantId: string;
  readonly principalId: string;
  readonly sessionId: string;
  readonly generation: number;
  readonly context: RequestContext;
}

/** What became of an exchange. A refusal does not tell whether the token was used before or its session has ended. */
export type Refreshed =
  | { readonly outcome: 'accepted'; readonly tokens: SessionTokens }
  | { readonly outcome: 'rejected'; readonly rejection: { readonly code: 'refresh-token-invalid' } };

const REFUSED: Refreshed = { outcome: 'rejected', rejection: { code: 'refresh-token-invalid' } };

/** Exchanges a refresh token for the next tokens of its session; one that was exchanged before ends the session. */
export class RefreshSession {
  constructor(
    private readonly runtime: CommandRuntime,
    private readonly documents: DocumentStore,
    private readonly tokens: TokenIssuer,
  ) {}

  /**
   * The same command again gives tokens of the same generation, so that a lost answer is not taken for a theft.
   *
   * @throws Fault as `handleCommand` does.
   */
  async execute({ context, generation, principalId, sessionId, tenantId }: RefreshSessionInput): Promise<Refreshed> {
    const member = await this.documents.get<MemberDocument>(tenantId, TENANCY_COLLECTIONS.member, principalId);
    if (member?.body.status !== 'active') return REFUSED;
    const handled = await handleCommand(this.runtime, principalAggregate(), {
      id: principalId,
      command: { type: 'RefreshSession', sessionId, generation, ...sessionTimes(this.runtime.clock) },
      context: { ...context, tenantId, actor: principalId },
    });
    if (handled.outcome === 'rejected') return REFUSED;
    const session = sessionOf(handled.state, sessionId);
    if (session?.generation !== generation + 1) return REFUSED;
    const { role, username } = member.body;
    return { outcome: 'accepted', tokens: this.tokens.issue({ principalId, tenantId, username, role, ...session }) };
  }
}
