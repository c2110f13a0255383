import type { AttemptLog, AttemptLogPage, AttemptLogRef, AttemptLogs } from '@caisson/engine';
import { asTenant } from '@caisson/event-store-postgres';
import type { Clock } from '@caisson/kernel';
import type { Pool } from 'pg';
import { LINES_MAX, PendingLines } from './pending-lines.js';

/** How late a line can be read. One write takes what all attempts said meanwhile. */
const FLUSH_EVERY_MS = 250;

/** Older lines are forgotten. */
const KEPT_DAYS = 30;

/** How often a tenant's old lines are looked for. */
const FORGET_EVERY_MS = 3_600_000;

/** Rows of one page: each holds some lines. */
const ROWS_MAX = 2_000;

interface Open {
  readonly ref: AttemptLogRef;
  readonly pending: PendingLines;
}

/** Keeps logs in the table `attempt_log`. Lines are gathered, and written together four times a second. */
export class PostgresAttemptLogs implements AttemptLogs {
  readonly #pool: Pool;
  readonly #clock: Clock;
  readonly #onLost: (error: unknown) => void;
  /** Attempts with lines to write. */
  readonly #open = new Map<string, Open>();
  readonly #forgottenAt = new Map<string, number>();
  #isResting = false;
  #writing: Promise<void> = Promise.resolve();

  /** @param onLost - hears why lines could not be kept. */
  constructor(pool: Pool, clock: Clock, onLost: (error: unknown) => void) {
    this.#pool = pool;
    this.#clock = clock;
    this.#onLost = onLost;
  }

  open(ref: AttemptLogRef): AttemptLog {
    const pending = new PendingLines();
    const key = `${ref.tenantId} ${ref.attemptId}`;
    let isUsed = false;
    return {
      add: (line) => {
        isUsed = true;
        pending.add(line);
        if (pending.isEmpty) return;
        this.#open.set(key, { ref, pending });
        this.#flushLater();
      },
      flush: async () => {
        if (isUsed) await (this.#open.has(key) ? this.#flush() : this.#writing);
      },
    };
  }

  async read(ref: AttemptLogRef, offset: number, limit: number): Promise<AttemptLogPage> {
    const { attemptId, tenantId } = ref;
    const { rows } = await asTenant(this.#pool, { tenantId, what: 'read a log' }, (client) =>
      client.query<{ line_from: number; lines: string }>(
        `select line_from, lines from attempt_log
         where tenant_id = $1 and attempt_id = $2 and line_from + line_count > $3 order by line_from limit $4`,
        [tenantId, attemptId, offset, ROWS_MAX],
      ),
    );
    const [first] = rows;
    if (first === undefined) return { lines: [], nextOffset: offset };
    const all = rows.flatMap(({ lines }) => lines.split('\n'));
    const begin = Math.max(0, offset - first.line_from);
    const lines = all.slice(begin, begin + limit);
    return { lines, nextOffset: first.line_from + begin + lines.length };
  }

  #flushLater(): void {
    if (this.#isResting) return;
    this.#isResting = true;
    void this.#clock.sleep(FLUSH_EVERY_MS).then(() => this.#flush());
  }

  /** Writes what is there. One write at a time, so that chunks of one attempt do not overtake each other. */
  #flush(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      this.#isResting = false;
      const byTenant = this.#takeOpen();
      for (const [tenantId, open] of byTenant) {
        const chunks = open.map(({ pending, ref }) => ({ attemptId: ref.attemptId, lines: pending.take() }));
        await this.#write(tenantId, chunks).catch((error: unknown) => this.#onLost(error));
      }
    });
    return this.#writing;
  }

  #takeOpen(): ReadonlyMap<string, readonly Open[]> {
    const byTenant = new Map<string, Open[]>();
    for (const open of this.#open.values()) {
      const { tenantId } = open.ref;
      byTenant.set(tenantId, [...(byTenant.get(tenantId) ?? []), open]);
    }
    this.#open.clear();
    return byTenant;
  }

  async #write(
    tenantId: string,
    chunks: readonly { readonly attemptId: string; readonly lines: readonly string[] }[],
  ): Promise<void> {
    await asTenant(this.#pool, { tenantId, what: 'write logs' }, async (client) => {
      await client.query(
        `insert into attempt_log (tenant_id, attempt_id, line_from, line_count, lines)
         select $1, chunk.attempt_id, coalesce(before.line_count, 0), chunk.line_count, chunk.lines
         from unnest($2::text[], $3::int[], $4::text[]) as chunk (attempt_id, line_count, lines)
         cross join lateral (
           select max(log.line_from + log.line_count) as line_count from attempt_log as log
           where log.tenant_id = $1 and log.attempt_id = chunk.attempt_id
         ) as before
         where coalesce(before.line_count, 0) < $5`,
        [
          tenantId,
          chunks.map(({ attemptId }) => attemptId),
          chunks.map(({ lines }) => lines.length),
          chunks.map(({ lines }) => lines.join('\n')),
          LINES_MAX,
        ],
      );
      if (!this.#mayForget(tenantId)) return;
      await client.query(
        `delete from attempt_log where tenant_id = $1 and created_at < now() - make_interval(days => $2)`,
        [tenantId, KEPT_DAYS],
      );
    });
  }

  #mayForget(tenantId: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    const last = this.#forgottenAt.get(tenantId);
    if (last !== undefined && nowMs - last < FORGET_EVERY_MS) return false;
    this.#forgottenAt.set(tenantId, nowMs);
    return true;
  }
}
