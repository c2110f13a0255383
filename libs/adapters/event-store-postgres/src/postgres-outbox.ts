import type pgModule from 'pg';
import { Fault } from '@caisson/kernel';
import type { Outbox, OutboxEntry } from '@caisson/event-sourcing';
import { connectionSettings, pg } from './connection.js';
import { orFault } from './postgres-faults.js';
import { toEnvelope, type PublicRow } from './recorded-event.js';

/** The advisory lock of the one leader, of this database. Any number that nobody else uses. */
const LEADER_LOCK = 4_716_502_381;

/** Events numbered in one transaction. */
const SEQUENCE_ROWS_MAX = 5_000;

/** How long an empty outbox is believed to be empty while nothing new is numbered. */
const BELIEVED_EMPTY_MS = 30_000;

/** Rounds of numbering in one call, so that it ends while others write. */
const SEQUENCE_ROUNDS_MAX = 20;

/** What this connection does waits for the disk only to give numbers: a removal that is lost repeats what was sent. */
const NO_WAIT_FOR_DISK = 'set synchronous_commit = off';

/**
 * A leader whose host is gone says no goodbye, and one whose process stands still says nothing at all: the server must
 * notice both by itself. One that lives asks every second.
 */
const SILENT_MS_MAX = 10_000;
const NOTICE_DEAD_LEADER =
  'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3; ' +
  `set idle_session_timeout = ${SILENT_MS_MAX}`;

/** The first row tells how many were numbered, the others are entries. By name: the function may answer more later. */
const NEXT = `
  select numbered, global_seq, event_id, tenant_id, stream_id, version, public_type, service, occurred_at,
      correlation_id, causation_id, actor, traceparent, data_text
    from next_outgoing($1, $2, $3)`;

interface CountRow {
  readonly numbered: number;
}

interface Look {
  readonly numbered: number;
  readonly entries: readonly OutboxEntry[];
}

interface EntryRow extends PublicRow {
  readonly numbered: null;
  readonly global_seq: string;
}

/**
 * The way out of the store. Leadership is a session lock on a connection of its own, and all work of the leader goes
 * through that connection: whoever lost it can do nothing more. (A pooler that shares sessions would break this.)
 */
export class PostgresOutbox implements Outbox {
  readonly #settings: pgModule.ClientConfig;
  #client: pgModule.Client | undefined;
  #onLost: (() => void) | undefined;
  #emptyUntilMs = -Infinity;

  constructor(url: string, applicationName: string) {
    this.#settings = connectionSettings(url, applicationName);
  }

  async tryLead(onLost: () => void): Promise<boolean> {
    if (this.#onLost !== undefined) return true;
    const client = this.#client ?? (await orFault('connect the relay', () => this.#connect()));
    const answer = await this.#ask(client, 'elect a leader', () =>
      client.query<{ leads: boolean }>('select pg_try_advisory_lock($1) as leads', [LEADER_LOCK]),
    );
    const leads = answer.rows[0]?.leads === true && this.#client === client;
    if (leads) {
      this.#onLost = onLost;
      this.#emptyUntilMs = -Infinity; // Another leader may have numbered meanwhile.
    }
    return leads;
  }

  async resign(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#onLost = undefined;
    await client?.end().catch(() => undefined); // The lock ends with the connection, however that ends.
  }

  async next(limit: number): Promise<readonly OutboxEntry[]> {
    const client = this.#leading();
    const { entries, numbered } = await this.#look(client, limit);
    if (numbered === SEQUENCE_ROWS_MAX) await this.#numberOn(client);
    return entries;
  }

  async remove(entries: readonly OutboxEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const client = this.#leading();
    const numbers = entries.map((entry) => entry.globalSeq);
    await this.#ask(client, 'empty the outbox', () =>
      client.query({ name: 'hand-over', text: 'select hand_over($1)', values: [numbers] }),
    );
  }

  /** Numbers what is new and reads what is next, in one statement; while nothing happens it is a small one. */
  async #look(client: pgModule.Client, limit: number): Promise<Look> {
    const looks = performance.now() >= this.#emptyUntilMs;
    const answer = await this.#ask(client, 'read the outbox', () =>
      client.query<CountRow | EntryRow>({
        name: 'outbox-next',
        text: NEXT,
        values: [SEQUENCE_ROWS_MAX, limit, looks],
      }),
    );
    const rows = answer.rows.filter((row) => row.numbered === null);
    const numbered = answer.rows.find((row) => row.numbered !== null)?.numbered ?? 0;
    const hasLooked = answer.rows.length > 0 && limit > 0;
    if (hasLooked) this.#emptyUntilMs = rows.length === 0 ? performance.now() + BELIEVED_EMPTY_MS : -Infinity;
    return { numbered, entries: rows.map((row) => toEntry(row)) };
  }

  /** The rest of what has no number, while what was read is on its way. */
  async #numberOn(client: pgModule.Client): Promise<void> {
    for (let round = 1; round < SEQUENCE_ROUNDS_MAX; round += 1) {
      const { numbered } = await this.#look(client, 0);
      if (numbered < SEQUENCE_ROWS_MAX) return;
    }
  }

  /** A connection that does not answer is given up, and the lead with it: what waits behind it would wait for ever. */
  async #ask<Result>(client: pgModule.Client, what: string, run: () => Promise<Result>): Promise<Result> {
    try {
      return await orFault(what, run);
    } catch (error) {
      if (error instanceof Fault && error.code === 'store-unavailable') this.#lose(client);
      throw error;
    }
  }

  #leading(): pgModule.Client {
    if (this.#client === undefined || this.#onLost === undefined) {
      throw new Fault('not-leading', 'This process does not lead the relay (any more).', { retryable: true });
    }
    return this.#client;
  }

  async #connect(): Promise<pgModule.Client> {
    const client = new pg.Client(this.#settings);
    client.on('error', () => this.#lose(client));
    client.on('end', () => this.#lose(client));
    this.#client = client;
    try {
      await client.connect();
      await client.query(`${NO_WAIT_FOR_DISK}; ${NOTICE_DEAD_LEADER}`);
      return client;
    } catch (error) {
      this.#lose(client);
      throw error;
    }
  }

  #lose(client: pgModule.Client): void {
    if (this.#client !== client) return;
    const onLost = this.#onLost;
    this.#client = undefined;
    this.#onLost = undefined;
    client.end().catch(() => undefined); // It is broken; only its socket is left to close.
    onLost?.();
  }
}

function toEntry(row: EntryRow): OutboxEntry {
  return {
    outboxId: row.event_id,
    globalSeq: Number(row.global_seq),
    envelope: toEnvelope(row),
    dataJson: row.data_text,
  };
}
