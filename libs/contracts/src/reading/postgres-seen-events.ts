import type { PublicEvent } from '../public-event.js';
import type { SeenEvents } from './seen-events.js';

/** A connection, as `pg` has it: no driver is needed here. */
export interface SqlClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rowCount: number | null }>;
  /** With an error: the connection is not used again. */
  release(error?: Error): void;
}

/** A pool of connections, as `pg` has it. */
export interface SqlPool<Client extends SqlClient> {
  connect(): Promise<Client>;
}

const TABLE = `
  create table if not exists caisson_seen_event (
    consumer_group text not null,
    event_id text not null,
    seen_at timestamptz not null default now(),
    primary key (consumer_group, event_id)
  )`;

const REMEMBER = `
  insert into caisson_seen_event (consumer_group, event_id) values ($1, $2) on conflict do nothing`;

const FORGET = `delete from caisson_seen_event where consumer_group = $1 and seen_at < $2`;

/**
 * Remembers events in a table of the reader's own database, in one transaction with what the handler writes by the
 * client it is given: the effect happens once, whatever is delivered how often and whoever dies when.
 */
export class PostgresSeenEvents<Client extends SqlClient> implements SeenEvents<Client> {
  constructor(
    private readonly pool: SqlPool<Client>,
    private readonly group: string,
  ) {}

  /** Makes the table `caisson_seen_event` where it is not there. Call it once, at the start. */
  async createTable(): Promise<void> {
    await this.#with((client) => client.query(TABLE));
  }

  /** Forgets what was seen before an instant. Kafka keeps seven days: a repeat of what is older does not come. */
  async forgetBefore(instant: Date): Promise<void> {
    await this.#with((client) => client.query(FORGET, [this.group, instant]));
  }

  once(event: PublicEvent, work: (transaction: Client) => Promise<void>): Promise<boolean> {
    return this.#with(async (client) => {
      await client.query('begin');
      try {
        // Another process that handles the same event holds this row until it has ended one way or the other.
        const { rowCount } = await client.query(REMEMBER, [this.group, event.id]);
        if (rowCount === 1) await work(client);
        await client.query('commit');
        return rowCount === 1;
      } catch (error) {
        await client.query('rollback');
        throw error;
      }
    });
  }

  async #with<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect();
    let failed: Error | undefined;
    try {
      return await work(client);
    } catch (error) {
      failed = error instanceof Error ? error : new Error(String(error));
      throw error;
    } finally {
      client.release(failed);
    }
  }
}
