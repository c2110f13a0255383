import type { OutboxEntry, SweepPage } from '@caisson/event-sourcing';
import type { SimProcess } from '../machine/sim-process.js';
import type { Surroundings } from '../services/platform.js';
import { isOn, SimConsumerStore } from '../store/sim-consumer-store.js';
import type { SimDatabase } from '../store/sim-database.js';
import { SimLeaseTable } from '../store/sim-lease-table.js';
import { openSession, SimOutbox, toEntry, toPublic } from '../store/sim-outbox.js';

/** Numbers what it sees, and later removes all rows up to the last of them: also those that came between. */
export class RangeDeletingOutbox extends SimOutbox {
  #last = 0;

  constructor(database: SimDatabase, process: SimProcess) {
    super(database, openSession(process, database));
  }

  override async remove(entries: readonly OutboxEntry[]): Promise<void> {
    await super.remove(entries);
    for (const id of this.database.outbox.keys()) if (id <= this.#last) this.database.outbox.delete(id);
  }

  protected override number(): void {
    this.#last = Math.max(this.#last, ...this.database.outbox.keys());
    super.number();
  }
}

/** Every relay leads, and takes what no other one has in hand. */
export class SkipLockedOutbox extends SimOutbox {
  static readonly #allInHand = new WeakMap<SimDatabase, Map<number, SkipLockedOutbox>>();

  readonly #process: SimProcess;

  constructor(database: SimDatabase, process: SimProcess) {
    super(database);
    this.#process = process;
    process.onDeath(() => {
      for (const [globalSeq, holder] of this.#inHand) if (holder === this) this.#inHand.delete(globalSeq);
    });
  }

  override async tryLead(): Promise<boolean> {
    return true;
  }

  override async next(limit: number): Promise<readonly OutboxEntry[]> {
    if (this.#process.isDead) return [];
    this.number();
    const inHand = this.#inHand;
    const free = [...this.database.outgoing.values()].filter(
      ({ globalSeq }) => (inHand.get(globalSeq) ?? this) === this,
    );
    const taken = free.sort((left, right) => left.globalSeq - right.globalSeq).slice(0, limit);
    for (const { globalSeq } of taken) inHand.set(globalSeq, this);
    return taken.map((row) => toEntry(row));
  }

  protected override refuseUnlessLeading(): void {
    // All of them lead.
  }

  get #inHand(): Map<number, SkipLockedOutbox> {
    const found = SkipLockedOutbox.#allInHand.get(this.database) ?? new Map<number, SkipLockedOutbox>();
    SkipLockedOutbox.#allInHand.set(this.database, found);
    return found;
  }
}

/** Sweeps by the ids that rows drew when they were written, as if these rose with the commits. */
export class CursorById extends SimConsumerStore {
  override async readSince(request: {
    readonly topics: readonly string[];
    readonly afterGlobalSeq: number;
    readonly limit: number;
  }): Promise<SweepPage> {
    const { afterGlobalSeq, limit, topics } = request;
    const rows = [...this.database.written].filter(([id]) => id > afterGlobalSeq);
    const page = rows.sort(([left], [right]) => left - right).slice(0, limit);
    return {
      events: page.filter(([, event]) => isOn(event, topics)).map(([, event]) => toPublic(event)),
      nextGlobalSeq: page.at(-1)?.[0] ?? afterGlobalSeq,
      more: page.length >= limit,
    };
  }
}

/** Leases that run out by the clock of whoever asks. */
export class WallClockLeases extends SimLeaseTable {
  readonly #process: SimProcess;

  constructor(process: SimProcess, { database }: Surroundings) {
    super(database, { identity: process.identity, isKnownDead: () => false });
    this.#process = process;
  }

  protected override get nowMs(): number {
    return Date.parse(this.#process.clock.now());
  }
}
