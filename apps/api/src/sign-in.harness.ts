import type { Role } from '@caisson/contracts';
import type { OpenedEventStore } from '@caisson/event-store-postgres';
import { systemClock, systemIds } from '@caisson/service';
import { TENANCY_COLLECTIONS } from '@caisson/tenancy';
import { newAppend, newStream } from '@caisson/testing';
import { sessionTokensOf } from './security/session-tokens.js';

/** Somebody with a session. */
export interface SignedIn {
  readonly tenantId: string;
  readonly principalId: string;
  readonly token: string;
}

/** Writes a member with a session, without a password, and gives its access token. */
export async function signIn(
  { events }: Pick<OpenedEventStore, 'events'>,
  settings: Parameters<typeof sessionTokensOf>[0]['settings'],
  { clock = systemClock, role, tenantId }: { role: Role; tenantId: string; clock?: typeof systemClock },
): Promise<SignedIn> {
  const [principalId, sessionId] = [systemIds.next(), systemIds.next()];
  const username = 'somebody';
  await events.append({
    ...newAppend({ stream: newStream(tenantId) }),
    documents: [
      {
        collection: TENANCY_COLLECTIONS.member,
        id: principalId,
        body: { id: principalId, username, role, status: 'active' },
      },
      {
        collection: TENANCY_COLLECTIONS.session,
        id: principalId,
        body: { sessions: [{ sessionId, endsAt: '2099-01-01T00:00:00.000Z' }] },
      },
    ],
  });
  const subject = { principalId, tenantId, sessionId, username, role };
  return { tenantId, principalId, token: sessionTokensOf({ settings, clock }).issueAccess(subject).token };
}
