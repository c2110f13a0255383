import type { Role } from '@caisson/contracts';
import type { DocumentStore } from '@caisson/event-sourcing';
import {
  TENANCY_COLLECTIONS,
  type KeyDocument,
  type KeySecretDocument,
  type MemberDocument,
  type SessionDocument,
} from './tenancy-documents.js';

/** What a member may do now, whatever its tokens say. */
export interface MemberAccess {
  readonly username: string;
  readonly role: Role;
  /** The sessions that go on. */
  readonly sessionIds: ReadonlySet<string>;
}

/** What an API key may do now. */
export interface KeyAccess {
  readonly name: string;
  readonly role: Role;
  /** The hashes of its secrets, each with the time from which it is no good; absent where there is none. */
  readonly secrets: readonly { readonly hash: string; readonly until: string | undefined }[];
}

/** Reads what callers may do. Faults of the store are retryable. */
export class FindAccess {
  constructor(private readonly documents: DocumentStore) {}

  /** Undefined for who is no member of the tenant. */
  async ofMember(tenantId: string, principalId: string): Promise<MemberAccess | undefined> {
    const [member, sessions] = await Promise.all([
      this.documents.get<MemberDocument>(tenantId, TENANCY_COLLECTIONS.member, principalId),
      this.documents.get<SessionDocument>(tenantId, TENANCY_COLLECTIONS.session, principalId),
    ]);
    if (member?.body.status !== 'active') return undefined;
    const { role, username } = member.body;
    const sessionIds = new Set((sessions?.body.sessions ?? []).map(({ sessionId }) => sessionId));
    return { username, role, sessionIds };
  }

  /** Undefined for what is no key of the tenant, or was revoked. */
  async ofKey(tenantId: string, keyId: string): Promise<KeyAccess | undefined> {
    const [key, secret] = await Promise.all([
      this.documents.get<KeyDocument>(tenantId, TENANCY_COLLECTIONS.key, keyId),
      this.documents.get<KeySecretDocument>(tenantId, TENANCY_COLLECTIONS.keySecret, keyId),
    ]);
    if (key?.body.status !== 'active' || secret === undefined) return undefined;
    const { expiresAt, name, role } = key.body;
    const secrets = secret.body.secrets.map(({ hash, until }) => ({ hash, until: earlier(until, expiresAt) }));
    return { name, role, secrets };
  }
}

function earlier(left: string | undefined, right: string | undefined): string | undefined {
  return [left, right].filter((time) => time !== undefined).sort()[0];
}
