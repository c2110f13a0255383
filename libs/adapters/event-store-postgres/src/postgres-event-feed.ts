import type pgModule from 'pg';
import type { EventFeed, FeedEntry, FeedStretch } from '@caisson/event-sourcing';
import { orFault } from './postgres-faults.js';
import { PUBLIC_COLUMNS, toEnvelope, type PublicRow } from './recorded-event.js';

const HEAD = 'select last_global_seq as head from sequencer';

/** A stretch of the numbers, so that its cost is bounded. A row without an event tells only where it ends. */
const READ_AFTER = `
  with stretch as (
    select global_seq, event_id, context from event_seq where global_seq > $1 order by global_seq limit $2),
  found as (
    select q.global_seq, ${PUBLIC_COLUMNS}
      from stretch q join event e on e.event_id = q.event_id
      where q.context is not null and ($3::text is null or e.tenant_id = $3)),
  ending as (select max(global_seq) as end_seq, count(*) as length from stretch)
  select ending.end_seq, ending.length, found.* from ending left join found on true order by found.global_seq`;

interface FeedRow extends PublicRow {
  readonly end_seq: string | null;
  readonly length: string;
  readonly global_seq: string | null;
}

/** Reads events by the numbers that they got after their commit, so that none is passed by. */
export class PostgresEventFeed implements EventFeed {
  readonly #pool: pgModule.Pool;

  constructor(pool: pgModule.Pool) {
    this.#pool = pool;
  }

  async head(): Promise<number> {
    const answer = await orFault('read the last number', () =>
      this.#pool.query<{ head: string }>({ name: 'feed-head', text: HEAD }),
    );
    return Number(answer.rows[0]?.head ?? 0);
  }

  async readAfter(request: {
    readonly afterGlobalSeq: number;
    readonly limit: number;
    readonly tenantId?: string;
  }): Promise<FeedStretch> {
    const { afterGlobalSeq, limit, tenantId } = request;
    const values = [afterGlobalSeq, limit, tenantId ?? null];
    const answer = await orFault('read events by number', () =>
      this.#pool.query<FeedRow>({ name: 'feed-after', text: READ_AFTER, values }),
    );
    const first = answer.rows[0];
    return {
      entries: answer.rows.filter(({ global_seq }) => global_seq !== null).map((row) => toFeedEntry(row)),
      endSeq: Number(first?.end_seq ?? afterGlobalSeq),
      more: Number(first?.length ?? 0) >= limit,
    };
  }
}

function toFeedEntry(row: FeedRow): FeedEntry {
  return { globalSeq: Number(row.global_seq), envelope: toEnvelope(row), dataJson: row.data_text };
}
