import type { Clock } from '@caisson/kernel';
import type { Access, FindAccess } from '@caisson/tenancy';
import { Recent } from './recent.js';

/** What is taken back here is forgotten at once; what another process took back, after so long. Promised: 5 s. */
const REMEMBERED_MS = 1_000;
const PRINCIPALS_MAX = 20_000;

/** Somebody of a tenant. */
export interface PrincipalRef {
  readonly tenantId: string;
  readonly principalId: string;
}

/** What principals may do now, read at most once a second each. A no never comes from memory. */
export class CurrentAccess {
  private readonly recent: Recent<Access | undefined>;

  constructor(
    private readonly find: FindAccess,
    clock: Pick<Clock, 'now'>,
  ) {
    this.recent = new Recent({ forMs: REMEMBERED_MS, entriesMax: PRINCIPALS_MAX }, clock);
  }

  /** What a principal may do in a session; undefined when the session has ended or it is no member any more. */
  async inSession(principal: PrincipalRef, sessionId: string): Promise<Access | undefined> {
    const [key, read] = this.reading(principal);
    const remembered = await this.recent.get(key, read);
    if (remembered?.sessionIds.has(sessionId) === true) return remembered;
    const current = await this.recent.refresh(key, read);
    return current?.sessionIds.has(sessionId) === true ? current : undefined;
  }

  /** Says that something about a principal changed. */
  changed(principal: PrincipalRef): void {
    this.recent.forget(keyOf(principal));
  }

  private reading(principal: PrincipalRef): [string, () => Promise<Access | undefined>] {
    return [keyOf(principal), () => this.find.execute(principal.tenantId, principal.principalId)];
  }
}

function keyOf({ principalId, tenantId }: PrincipalRef): string {
  return `${tenantId}/${principalId}`;
}
