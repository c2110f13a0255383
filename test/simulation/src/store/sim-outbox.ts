import type { PublicEvent } from '@caisson/contracts';
import { SEQUENCED_CHANNEL, type Outbox, type OutboxEntry } from '@caisson/event-sourcing';
import { Fault } from '@caisson/kernel';
import { parsed, type EventRow, type SequenceRow, type SimDatabase } from './sim-database.js';

/** A connection of the relay. Once it is closed, nothing that comes by it is done. */
export interface Session {
  isClosed: boolean;
}

/** The connection of a process, which its death closes. */
export function openSession(owner: { onDeath(mourner: () => void): unknown }, database: SimDatabase): Session {
  const session = { isClosed: false };
  owner.onDeath(() => {
    session.isClosed = true;
    database.endSession(session);
  });
  return session;
}

/** One session's way to the outbox of simulated tables. */
export class SimOutbox implements Outbox {
  constructor(
    protected readonly database: SimDatabase,
    private readonly session: Session = { isClosed: false },
  ) {}

  async tryLead(onLost: () => void): Promise<boolean> {
    if (this.session.isClosed) return false;
    this.database.leader ??= { session: this.session, onLost };
    return this.database.leader.session === this.session;
  }

  async resign(): Promise<void> {
    if (this.database.leader?.session === this.session) this.database.leader = undefined;
  }

  async next(limit: number): Promise<readonly OutboxEntry[]> {
    this.refuseUnlessLeading();
    this.number();
    const rows = [...this.database.outgoing.values()].sort((left, right) => left.globalSeq - right.globalSeq);
    return rows.slice(0, limit).map((row) => toEntry(row));
  }

  async remove(entries: readonly OutboxEntry[]): Promise<void> {
    this.refuseUnlessLeading();
    for (const { globalSeq } of entries) this.database.outgoing.delete(globalSeq);
  }

  /** @throws Fault `not-leading` when another session leads, or none. */
  protected refuseUnlessLeading(): void {
    if (this.database.leader?.session === this.session) return;
    throw new Fault('not-leading', 'This process does not lead the relay (any more).', { retryable: true });
  }

  /** Gives numbers to what is there to be seen, in the order of the ids that were drawn. */
  protected number(): void {
    const { outbox } = this.database;
    const ids = [...outbox.keys()].sort((left, right) => left - right);
    for (const id of ids) {
      const event = outbox.get(id);
      if (event !== undefined) giveNumber(this.database, event);
      outbox.delete(id);
    }
    if (ids.length > 0) this.database.wake(SEQUENCED_CHANNEL);
  }
}

/** The next number, for one event. Private ones have a number and go nowhere. */
export function giveNumber(database: SimDatabase, event: EventRow): void {
  const row: SequenceRow = { globalSeq: database.sequence.length + 1, event, atMs: database.nowMs };
  database.sequence.push(row);
  if (event.publicType !== undefined) database.outgoing.set(row.globalSeq, row);
}

/** A row as it travels. */
export function toEntry({ event, globalSeq }: SequenceRow): OutboxEntry {
  const { data: _data, ...envelope } = toPublic(event);
  return { outboxId: event.eventId, globalSeq, envelope, dataJson: event.publicText };
}

/** An event as others read it. */
export function toPublic(row: EventRow): PublicEvent {
  const { context, eventId, publicText, publicType = '', streamId, tenantId, version } = row;
  return {
    id: eventId,
    type: publicType,
    source: `/caisson/${context.service}`,
    subject: streamId,
    time: context.occurredAt,
    tenantId,
    correlationId: context.correlationId,
    causationId: context.causationId,
    actor: context.actor,
    sequence: version,
    data: parsed(publicText),
  };
}
