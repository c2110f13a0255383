import type { Role } from '@caisson/contracts';
import type { DocumentStore } from '@caisson/event-sourcing';
import { TENANCY_COLLECTIONS, type MemberDocument, type SessionDocument } from './tenancy-documents.js';

/** What a principal may do now, whatever its tokens say. */
export interface Access {
  readonly username: string;
  readonly role: Role;
  /** The sessions that go on. */
  readonly sessionIds: ReadonlySet<string>;
}

/** Reads what a principal may do. */
export class FindAccess {
  constructor(private readonly documents: DocumentStore) {}

  /**
   * Undefined for who is no member of the tenant.
   *
   * @throws Fault of the store, retryable.
   */
  async execute(tenantId: string, principalId: string): Promise<Access | undefined> {
    const [member, sessions] = await Promise.all([
      this.documents.get<MemberDocument>(tenantId, TENANCY_COLLECTIONS.member, principalId),
      this.documents.get<SessionDocument>(tenantId, TENANCY_COLLECTIONS.session, principalId),
    ]);
    if (member === undefined) return undefined;
    const { role, username } = member.body;
    const sessionIds = new Set((sessions?.body.sessions ?? []).map(({ sessionId }) => sessionId));
    return { username, role, sessionIds };
  }
}
