import type pgModule from 'pg';
import { CONTEXTS, topicOf, type PublicEvent } from '@caisson/contracts';
import type { ConsumerStore, ConsumerTransaction, StreamPart, StreamRef, SweepPage } from '@caisson/event-sourcing';
import { inTransaction, TIMEOUTS_MS } from './connection.js';
import { failureKindOf, orFault } from './postgres-faults.js';
import { keyOf, PositionChanges, type PositionRow } from './position-changes.js';
import { PUBLIC_COLUMNS, toPublicEvent, type PublicRow } from './recorded-event.js';

/** Tries of a transaction that met a deadlock or a serialization failure: nothing of it was written. */
const COLLISIONS_MAX = 3;

/** Events that one statement of `readStream` gives. */
const STREAM_PAGE_EVENTS = 1_000;

const LOCK = 'select tenant_id, stream_id, last_version, parked_from from lock_positions($1, $2)';

/** Positions and jobs in one statement: all that a consumer's transaction writes. */
const WRITE = `
  with moved as (
    update consumer_position p
      set last_version = m.last_version, parked_from = m.parked_from, parked_reason = m.parked_reason
      from json_to_recordset($2) as m (tenant_id text, stream_id text, last_version bigint, parked_from bigint,
        parked_reason text)
      where p.consumer = $1 and p.tenant_id = m.tenant_id and p.stream_id = m.stream_id)
  insert into job (tenant_id, queue, key, payload, head_start_ms, due_at, rank_at)
    select j.tenant_id, j.queue, j.key, coalesce(j.payload, 'null'), j.head_start_ms,
        clock_timestamp() + j.delay_ms * interval '1 millisecond',
        clock_timestamp() + (j.delay_ms - j.head_start_ms) * interval '1 millisecond'
      from json_to_recordset($3) as j (tenant_id text, queue text, key text, payload json, delay_ms double precision,
        head_start_ms double precision)
      order by j.tenant_id, j.queue, j.key
    on conflict do nothing`;

const READ_STREAM = `
  select ${PUBLIC_COLUMNS} from event e
    where e.tenant_id = $1 and e.stream_id = $2 and e.version > $3 and ($4::bigint is null or e.version <= $4)
      and e.public_type is not null and ($5::text[] is null or e.public_type = any ($5))
    order by e.version limit ${STREAM_PAGE_EVENTS}`;

const READ_EVENTS = `
  select ${PUBLIC_COLUMNS} from event e
    where e.event_id = any ($2::uuid[]) and e.tenant_id = $1 and e.public_type is not null`;

/** Ids of events are UUIDs; what is asked for may be the id of something else, such as of a request. */
const EVENT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * A stretch of the numbers, those of other topics included, so that its cost is bounded; it ends before the first that
 * is too young. Each row tells where the stretch ends; one without an event says that nothing in it is for us.
 */
const READ_SINCE = `
  with stretch as (
    select global_seq, event_id, context, sequenced_at <= clock_timestamp() - $2 * interval '1 millisecond' as is_old
      from event_seq where global_seq > $1 order by global_seq limit $3),
  old_enough as (
    select global_seq, event_id, context from stretch
      where global_seq < coalesce((select min(global_seq) from stretch where not is_old), 9223372036854775807)),
  ending as (select max(global_seq) as last_seq, count(*) as length from old_enough)
  select ending.last_seq, ending.length, q.global_seq, ${PUBLIC_COLUMNS}
    from ending
    left join old_enough q on q.context = any ($4)
    left join event e on e.event_id = q.event_id
    order by q.global_seq`;

interface SinceRow extends PublicRow {
  readonly last_seq: string | null;
  readonly length: string;
  readonly global_seq: string | null;
}

/** What consumers keep in Postgres, and what they read of the events. */
export class PostgresConsumerStore implements ConsumerStore {
  readonly #pool: pgModule.Pool;
  readonly #transactions: pgModule.Pool;

  /**
   * Transactions have a pool of their own: their work reads and appends through the others, and would wait for itself
   * if it had to share connections with them.
   */
  constructor(pools: { readonly reading: pgModule.Pool; readonly transactions: pgModule.Pool }) {
    this.#pool = pools.reading;
    this.#transactions = pools.transactions;
  }

  async transact<Result>(
    consumer: string,
    streams: readonly StreamRef[],
    work: (transaction: ConsumerTransaction) => Promise<Result>,
  ): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#transactOnce(consumer, streams, work);
      } catch (error) {
        if (failureKindOf(error) === 'collided' && attempt < COLLISIONS_MAX) continue;
        return await orFault('move a consumer on', () => Promise.reject(error as Error));
      }
    }
  }

  async readStream(
    stream: StreamRef,
    afterVersion: number,
    { types, untilVersion }: StreamPart = {},
  ): Promise<readonly PublicEvent[]> {
    const events: PublicEvent[] = [];
    const part = [untilVersion ?? null, types === undefined ? null : [...types]];
    for (let lastVersion = afterVersion; ;) {
      const values = [stream.tenantId, stream.streamId, lastVersion, ...part];
      const statement = { name: 'read-stream', text: READ_STREAM, values };
      const page = await orFault('read a stream', () => this.#pool.query<PublicRow>(statement));
      events.push(...page.rows.map((row) => toPublicEvent(row)));
      lastVersion = events.at(-1)?.sequence ?? lastVersion;
      if (page.rows.length < STREAM_PAGE_EVENTS) return events;
    }
  }

  async readEvents(tenantId: string, ids: readonly string[]): Promise<readonly PublicEvent[]> {
    const values = [tenantId, ids.filter((id) => EVENT_ID.test(id))];
    const found = await orFault('read events', () =>
      this.#pool.query<PublicRow>({ name: 'read-events', text: READ_EVENTS, values }),
    );
    return found.rows.map((row) => toPublicEvent(row));
  }

  async readSince(request: {
    readonly topics: readonly string[];
    readonly afterGlobalSeq: number;
    readonly minAgeMs: number;
    readonly limit: number;
  }): Promise<SweepPage> {
    const { topics, afterGlobalSeq, minAgeMs, limit } = request;
    const contexts = CONTEXTS.filter((context) => topics.includes(topicOf(context)));
    const values = [afterGlobalSeq, minAgeMs, limit, contexts];
    const answer = await orFault('sweep', () =>
      this.#pool.query<SinceRow>({ name: 'read-since', text: READ_SINCE, values }),
    );
    const first = answer.rows[0];
    return {
      events: answer.rows.filter((row) => row.global_seq !== null).map((row) => toPublicEvent(row)),
      nextGlobalSeq: Number(first?.last_seq ?? afterGlobalSeq),
      more: Number(first?.length ?? 0) >= limit,
    };
  }

  async checkpoint(consumer: string): Promise<number> {
    const answer = await orFault('read a checkpoint', () =>
      this.#pool.query<{ global_seq: string }>('select global_seq from checkpoint where consumer = $1', [consumer]),
    );
    return Number(answer.rows[0]?.global_seq ?? 0);
  }

  async saveCheckpoint(consumer: string, globalSeq: number): Promise<void> {
    const text = `
      insert into checkpoint as kept (consumer, global_seq) values ($1, $2)
        on conflict (consumer) do update set global_seq = excluded.global_seq
        where kept.global_seq < excluded.global_seq`;
    await orFault('save a checkpoint', () => this.#pool.query(text, [consumer, globalSeq]));
  }

  async parked(
    consumer: string,
  ): Promise<readonly (StreamRef & { readonly fromVersion: number; readonly reason: string })[]> {
    const text = `
      select tenant_id, stream_id, parked_from, parked_reason from consumer_position
        where consumer = $1 and parked_from is not null order by tenant_id, stream_id`;
    const answer = await orFault('list parked streams', () =>
      this.#pool.query<PositionRow & { readonly parked_reason: string | null }>(text, [consumer]),
    );
    return answer.rows.map((row) => ({
      tenantId: row.tenant_id,
      streamId: row.stream_id,
      fromVersion: Number(row.parked_from),
      reason: row.parked_reason ?? '',
    }));
  }

  async unpark(consumer: string, stream: StreamRef): Promise<boolean> {
    const text = `
      update consumer_position set parked_from = null, parked_reason = coalesce(parked_reason, '')
        where consumer = $1 and tenant_id = $2 and stream_id = $3 and parked_from is not null`;
    const answer = await orFault('release a stream', () =>
      this.#pool.query(text, [consumer, stream.tenantId, stream.streamId]),
    );
    return answer.rowCount === 1;
  }

  /** A reason without a place where it is parked: whatever moves the stream, or parks it again, writes both anew. */
  async released(consumer: string): Promise<readonly StreamRef[]> {
    const text = `
      select tenant_id, stream_id from consumer_position
        where consumer = $1 and parked_from is null and parked_reason is not null order by tenant_id, stream_id`;
    const answer = await orFault('list released streams', () =>
      this.#pool.query<Pick<PositionRow, 'tenant_id' | 'stream_id'>>(text, [consumer]),
    );
    return answer.rows.map((row) => ({ tenantId: row.tenant_id, streamId: row.stream_id }));
  }

  async #transactOnce<Result>(
    consumer: string,
    streams: readonly StreamRef[],
    work: (transaction: ConsumerTransaction) => Promise<Result>,
  ): Promise<Result> {
    const wanted = JSON.stringify([...new Map(streams.map((stream) => [keyOf(stream), pick(stream)])).values()]);
    let changes = new PositionChanges([]);
    return inTransaction(this.#transactions, {
      open: (client) => client.query<PositionRow>({ name: 'lock-positions', text: LOCK, values: [consumer, wanted] }),
      work: async (client, locked) => {
        changes = new PositionChanges(locked.rows);
        return keptBusy(client, () => work(changes));
      },
      close: (client) => {
        if (changes.isEmpty) return undefined;
        const values = [consumer, changes.positionsJson(), changes.jobsJson()];
        return client.query({ name: 'write-positions', text: WRITE, values });
      },
    });
  }
}

/** Runs work beside an open transaction, which the server would end as idle while handlers take long. */
async function keptBusy<Result>(client: pgModule.PoolClient, work: () => Promise<Result>): Promise<Result> {
  let asking: Promise<unknown> = Promise.resolve();
  const beat = setInterval(() => {
    asking = asking.then(() => client.query('select 1')).catch(() => undefined); // The next statement fails too.
  }, TIMEOUTS_MS.idleInTransaction / 3);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await asking;
  }
}

function pick({ tenantId, streamId }: StreamRef): StreamRef {
  return { tenantId, streamId };
}
