import { randomUUID } from 'node:crypto';
import { asTenant, StatementGroups } from '@caisson/event-store-postgres';
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

/** Keys that share a statement. Their commit waits for no disk, and their answers are a few kilobytes as a rule. */
const GROUP_MAX = 32;

/** One statement that works and one that gathers. */
const GROUPS_MAX = 2;

/** All processes lock keys in this order, so that no two statements wait for each other. */
const IN_ORDER = 'order by tenant_id collate "C", caller collate "C", key collate "C"';

const CLAIM = {
  name: 'claim-answers',
  text: `
  select claimed.state, claimed.answer_text
    from (
      select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[])
        with ordinality as given (tenant_id, caller, key, fingerprint, claim, place)
        ${IN_ORDER}) asked
    cross join lateral claim_idempotent_answer(
      asked.tenant_id, asked.caller, asked.key, asked.fingerprint, asked.claim, $6, $7) claimed
    order by asked.place`,
};

const END = {
  name: 'end-claims',
  text: `
  select end_idempotent_claim(
      ended.tenant_id, ended.caller, ended.key, ended.claim, ended.is_answered, ended.answer::json)
    from (
      select * from unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::boolean[], $6::text[])
        as given (tenant_id, caller, key, claim, is_answered, answer)
        ${IN_ORDER}) ended`,
};

/** Sees what is too old, of all tenants; see the migration. */
const WHOEVER = '*';

/** How long to remember and to hold, where it is not as above. For tests. */
export interface AnswerTimes {
  readonly keptMs?: number;
  readonly heldMs?: number;
}

type Claim = KeyedRequest & { readonly claim: string };

/** The end of a claim: with an answer, with none that is kept (null), or without one (undefined). */
type ClaimEnd = Claim & { readonly text: string | null | undefined };

interface ClaimedRow {
  readonly state: KeyState['state'];
  readonly answer_text: string | null;
}

/** Keeps answers in the table `idempotent_answer`. What is asked for at once is one statement. */
export class PostgresIdempotentAnswers implements IdempotentAnswers {
  readonly #pool: Pool;
  readonly #claims: StatementGroups<Claim, ClaimedRow>;
  readonly #ends: StatementGroups<ClaimEnd, undefined>;

  constructor(pool: Pool, { heldMs = HELD_MS, keptMs = KEPT_MS }: AnswerTimes = {}) {
    this.#pool = pool;
    const bounds = { itemsMax: GROUP_MAX, groupsMax: GROUPS_MAX };
    this.#claims = new StatementGroups({
      ...{ ...bounds, what: 'look up an idempotency key' },
      run: (claims) => claimAll(pool, claims, [heldMs, keptMs]),
    });
    this.#ends = new StatementGroups({
      ...{ ...bounds, what: 'remember an answer' },
      run: (ends) => endAll(pool, ends),
    });
  }

  async claim(request: KeyedRequest): Promise<KeyState> {
    const claim = randomUUID();
    const { answer_text: text, state } = await this.#claims.ask({ ...request, claim });
    if (state === 'claimed') return { state, claim };
    if (state === 'answered') return { state, answer: JSON.parse(text ?? '') as KeptAnswer };
    return { state };
  }

  async keep(request: KeyedRequest, claim: string, answer: KeptAnswer | undefined): Promise<void> {
    const text = answer === undefined ? null : JSON.stringify(answer);
    const isTooLong = text !== null && text.length > ANSWER_MAX;
    await this.#ends.ask({ ...request, claim, text: isTooLong ? undefined : text });
  }

  async release(request: KeyedRequest, claim: string): Promise<void> {
    await this.#ends.ask({ ...request, claim, text: undefined });
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
}

async function claimAll(
  pool: Pool,
  claims: readonly Claim[],
  times: readonly [heldMs: number, keptMs: number],
): Promise<readonly ClaimedRow[]> {
  const fingerprints = claims.map(({ fingerprint }) => fingerprint);
  const values = [...keysOf(claims), fingerprints, claims.map(({ claim }) => claim), ...times];
  return (await pool.query<ClaimedRow>({ ...CLAIM, values })).rows;
}

async function endAll(pool: Pool, ends: readonly ClaimEnd[]): Promise<readonly undefined[]> {
  const values = [
    ...keysOf(ends),
    ends.map(({ claim }) => claim),
    ends.map(({ text }) => text !== undefined),
    ends.map(({ text }) => text ?? null),
  ];
  await pool.query({ ...END, values });
  return [];
}

function keysOf(requests: readonly KeyedRequest[]): readonly (readonly string[])[] {
  return [
    requests.map(({ tenantId }) => tenantId),
    requests.map(({ caller }) => caller),
    requests.map(({ key }) => key),
  ];
}
