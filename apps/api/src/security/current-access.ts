import type { Clock } from '@caisson/kernel';
import type { FindAccess, KeyAccess, MemberAccess, SecretOwner } from '@caisson/tenancy';
import { Recent } from './recent.js';

/** What is taken back here is forgotten at once; what another process took back, after so long. Promised: 5 s. */
const LIMITS = { forMs: 1_000, entriesMax: 20_000 };

/** Somebody of a tenant. */
export interface PrincipalRef {
  readonly tenantId: string;
  readonly principalId: string;
}

/** What callers may do now, read at most once a second each. A no never comes from memory. */
export class CurrentAccess {
  private readonly members: Recent<MemberAccess>;
  private readonly keys: Recent<KeyAccess>;

  constructor(
    private readonly find: FindAccess,
    clock: Pick<Clock, 'now'>,
  ) {
    this.members = new Recent(LIMITS, clock);
    this.keys = new Recent(LIMITS, clock);
  }

  /** What a member may do in a session; undefined when the session has ended or it is no member any more. */
  inSession({ principalId, tenantId }: PrincipalRef, sessionId: string): Promise<MemberAccess | undefined> {
    const read = (): Promise<MemberAccess | undefined> => this.find.ofMember(tenantId, principalId);
    return firstGood(this.members, [`${tenantId}/${principalId}`, read], ({ sessionIds }) => sessionIds.has(sessionId));
  }

  /** What an API key may do; undefined when it was revoked or `isGood` refuses its secrets. */
  withKey(owner: SecretOwner, isGood: (access: KeyAccess) => boolean): Promise<KeyAccess | undefined> {
    const read = (): Promise<KeyAccess | undefined> => this.find.ofKey(owner.tenantId, owner.id);
    return firstGood(this.keys, [`${owner.tenantId}/${owner.id}`, read], isGood);
  }

  /** Says that something about a principal, a member or a key, changed. */
  changed({ principalId, tenantId }: PrincipalRef): void {
    this.members.forget(`${tenantId}/${principalId}`);
    this.keys.forget(`${tenantId}/${principalId}`);
  }
}

async function firstGood<Access>(
  recent: Recent<Access>,
  [key, read]: readonly [string, () => Promise<Access | undefined>],
  isGood: (access: Access) => boolean,
): Promise<Access | undefined> {
  const remembered = recent.remembered(key);
  const known = remembered === undefined ? undefined : await remembered;
  if (known !== undefined && isGood(known)) return known;
  const current = await recent.refresh(key, read);
  return current !== undefined && isGood(current) ? current : undefined;
}
