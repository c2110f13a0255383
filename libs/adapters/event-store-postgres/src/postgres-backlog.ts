import type pgModule from 'pg';
import { orFault } from './postgres-faults.js';

/** What waits in the database, over all tenants and processes. */
export interface Backlog {
  /** Queues that have open jobs. */
  readonly queues: readonly {
    readonly queue: string;
    /** Could be claimed now. */
    readonly due: number;
    /** In a worker's hand. */
    readonly held: number;
    /** Not due yet, such as timers. */
    readonly later: number;
    /** For how long the oldest due job waits; 0 when none is due. */
    readonly oldestDueSeconds: number;
  }[];
  /** Committed events without a number. */
  readonly unnumbered: number;
  /** Numbered events that were not sent. */
  readonly unsent: number;
  /** Age of the oldest of both; 0 for none. */
  readonly oldestSeconds: number;
  /** Every consumer, with how many streams it has set aside. */
  readonly parked: readonly { readonly consumer: string; readonly streams: number }[];
}

/** Reads the backlog as it is now. @throws Fault `store-unavailable` (retryable) while the database is away. */
export type BacklogReader = () => Promise<Backlog>;

/** By indexes on open jobs and parked streams; the rest counts what waits, which is little while all is well. */
const BACKLOG = `
  with handing as (
    select global_seq, event_id from event_seq
      where global_seq > (select handed_seq from sequencer) and context is not null)
  select
    (select coalesce(json_agg(q), '[]') from (
      select queue,
          count(*) filter (where due_at <= clock_timestamp()) as due,
          count(*) filter (where due_at > clock_timestamp() and worker is not null) as held,
          count(*) filter (where due_at > clock_timestamp() and worker is null) as later,
          coalesce(extract(epoch from clock_timestamp() - min(due_at)
            filter (where due_at <= clock_timestamp())), 0)::float8 as "oldestDueSeconds"
        from job where state = 'open' group by queue) as q) as queues,
    (select count(*)::int from outbox) as unnumbered,
    (select count(*)::int from outgoing) + (select count(*)::int from handing) as unsent,
    coalesce(extract(epoch from clock_timestamp() - least(
      (select e.recorded_at from outbox o join event e on e.event_id = o.event_id order by o.id limit 1),
      (select e.recorded_at from outgoing o join event e on e.event_id = o.event_id order by o.global_seq limit 1),
      (select e.recorded_at from handing h join event e on e.event_id = h.event_id order by h.global_seq limit 1)
    )), 0)::float8 as "oldestSeconds",
    (select coalesce(json_agg(p), '[]') from (
      select c.consumer, (select count(*) from consumer_position p
          where p.consumer = c.consumer and p.parked_from is not null) as streams
        from checkpoint c) as p) as parked`;

/** Reads it through a pool, in one statement. */
export function postgresBacklog(pool: pgModule.Pool): BacklogReader {
  return async () => {
    const answer = await orFault('look at the backlog', () => pool.query<Backlog>({ name: 'backlog', text: BACKLOG }));
    const [backlog] = answer.rows;
    return backlog ?? { queues: [], unnumbered: 0, unsent: 0, oldestSeconds: 0, parked: [] };
  };
}
