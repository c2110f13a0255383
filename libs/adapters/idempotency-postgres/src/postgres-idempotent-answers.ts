import { randomUUID } from 'node:crypto';
import { asTenant, orFault } from '@caisson/event-store-postgres';
import type { IdempotentAnswers, KeptAnswer, KeyedRequest, KeyState } from '@caisson/http';
import type { Pool } from 'pg';

/** How long answers are remembered. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/**
 * How long a claim holds others off. Longer than an answer takes; the next request after a crash waits for it. Should
 * two be at work all the same, the command itself is recorded once.
 */
const HELD_MS = 10_000;

/** Longer answers are not remembered: the command finds its answer again by itself. In characters of JSON. */
const ANSWER_MAX = 1_048_576;

/** Rows that one statement forgets. */
const FORGOTTEN_MAX = 1_000;

/** Sees what is too old, of all tenants; see the migration. */
const WHOEVER = '*';

/** How long to remember and to hold, where it is not as above. For tests. */
export interface AnswerTimes {
  readonly keptMs?: number;
  readonly heldMs?: number;
}

/** Keeps answers in the table `idempotent_answer`. Each call is one statement. */
export class PostgresIdempotentAnswers implements IdempotentAnswers {
  readonly #pool: Pool;
  readonly #times: Required<AnswerTimes>;

  constructor(pool: Pool, { heldMs = HELD_MS, keptMs = KEPT_MS }: AnswerTimes = {}) {
    this.#pool = pool;
    this.#times = { heldMs, keptMs };
  }

  async claim({ caller, fingerprint, key, tenantId }: KeyedRequest): Promise<KeyState> {
    const claim = randomUUID();
    const { heldMs, keptMs } = this.#times;
    const { rows } = await orFault('look up an idempotency key', () =>
      this.#pool.query<{ state: KeyState['state']; answer_text: string | null }>(
        'select state, answer_text from claim_idempotent_answer($1, $2, $3, $4, $5, $6, $7)',
        [tenantId, caller, key, fingerprint, claim, heldMs, keptMs],
      ),
    );
    const [found] = rows;
    if (found?.state === 'claimed') return { state: 'claimed', claim };
    if (found?.state === 'answered') {
      return { state: 'answered', answer: JSON.parse(found.answer_text ?? '') as KeptAnswer };
    }
    return { state: found?.state ?? 'in-use' };
  }

  async keep(request: KeyedRequest, claim: string, answer: KeptAnswer | undefined): Promise<void> {
    const text = answer === undefined ? null : JSON.stringify(answer);
    if (text !== null && text.length > ANSWER_MAX) await this.release(request, claim);
    else await this.#end(request, claim, [true, text]);
  }

  async release(request: KeyedRequest, claim: string): Promise<void> {
    await this.#end(request, claim, [false, null]);
  }

  /** Forgets what is too old, of all tenants; says how many answers that were. */
  async forgetOld(): Promise<number> {
    let forgotten = 0;
    for (;;) {
      const { rowCount } = await asTenant(this.#pool, { tenantId: WHOEVER, what: 'forget old answers' }, (client) =>
        client.query(
          `delete from idempotent_answer where (tenant_id, caller, key) in (
            select tenant_id, caller, key from idempotent_answer where kept_until < now()
              order by kept_until limit $1 for update skip locked)`,
          [FORGOTTEN_MAX],
        ),
      );
      forgotten += rowCount ?? 0;
      if ((rowCount ?? 0) < FORGOTTEN_MAX) return forgotten;
    }
  }

  async #end({ caller, key, tenantId }: KeyedRequest, claim: string, how: readonly [boolean, string | null]) {
    const values = [tenantId, caller, key, claim, ...how];
    await orFault('remember an answer', () =>
      this.#pool.query('select end_idempotent_claim($1, $2, $3, $4, $5, $6)', values),
    );
  }
}
