import { connectionSettings, pg } from './connection.js';
import { orFault } from './postgres-faults.js';

/** Millions of numbers take minutes. */
const QUEUE_MS_MAX = 10 * 60_000;

/**
 * One statement, so that the relay sees all of it or nothing: it sends by number, and what is new goes behind. A number
 * that still waits is left as it is.
 */
const QUEUE = `
  insert into outgoing (global_seq, event_id)
    select global_seq, event_id from event_seq
      where context = $1 and global_seq >= $2 and ($3::timestamptz is null or sequenced_at >= $3::timestamptz)
        and global_seq <= (select handed_seq from sequencer)
      order by global_seq
    on conflict do nothing`;

/** Which events to send once more. */
export interface PublishAgain {
  /** URL of the database as the role that owns its schema: services may not do this. */
  readonly ownerUrl: string;
  /** The context whose topic they belong to. */
  readonly context: string;
  /** From this number of the global order on; 1 = from the beginning. */
  readonly fromGlobalSeq: number;
  /** Only what was numbered at this instant or later. */
  readonly since?: string;
}

/**
 * Has the relay send events once more: the same bytes under the same ids, in their order, before whatever is newer.
 * Readers that have them pass over them. Answers how many were queued.
 *
 * @throws Fault `store-unavailable` (retryable) while the database is away, `store-refused` when the role is not the
 *   owner's.
 */
export async function publishAgain({ context, fromGlobalSeq, ownerUrl, since }: PublishAgain): Promise<number> {
  const limits = { statement_timeout: QUEUE_MS_MAX, query_timeout: QUEUE_MS_MAX };
  const client = new pg.Client({ ...connectionSettings(ownerUrl, 'caisson publish again'), ...limits });
  client.on('error', () => undefined); // The statement in hand fails with the same error.
  return orFault('queue events', async () => {
    await client.connect();
    try {
      const { rowCount } = await client.query(QUEUE, [context, fromGlobalSeq, since ?? null]);
      return rowCount ?? 0;
    } finally {
      await client.end().catch(() => undefined);
    }
  });
}
