import type {
  AppendRequest,
  AppendResult,
  EventStore,
  Lease,
  LeaseTable,
  Outbox,
  StreamRef,
} from '@caisson/event-sourcing';
import { over } from '../machine/over.js';
import type { SimProcess } from '../machine/sim-process.js';
import type { FarSide } from '../services/platform.js';
import type { SimTransport } from '../services/sim-transport.js';
import type { ConsumerRows, InteractiveTransaction } from '../store/sim-consumer-store.js';
import { streamKey } from '../store/sim-database.js';
import { leaseKey } from '../store/sim-lease-table.js';
import type { SimRunner } from '../world/sim-world.js';
import type { Report } from './report.js';

/**
 * Sees what crosses the border of each process, and says when a promise is broken. It stands before whatever was
 * tampered with, so it sees what the product asked for and what it was answered.
 */
export class Witness {
  /** By consumer and stream: the last version that took effect. */
  readonly applied = new Map<string, number>();
  readonly #report: Report;
  /** By stream: the highest token that was handed out. */
  readonly #fences = new Map<string, number>();

  /** By lease: who holds it, as far as anybody was told. */
  readonly #held = new Map<
    string,
    { readonly process: SimProcess; readonly token: number; readonly expiresAtMs: number }
  >();

  constructor(report: Report) {
    this.#report = report;
  }

  /** The ports of a process under observation. */
  watch(farSide: FarSide, process: SimProcess, transport: SimTransport | undefined): FarSide {
    return {
      ...farSide,
      events: this.#events(farSide.events),
      leases: this.#leases(farSide.leases, process),
      consumers: this.#consumers(farSide.consumers),
      outbox: transport === undefined ? farSide.outbox : this.#outbox(farSide.outbox, transport),
    };
  }

  /** I4: tools of two holders are never at work on one deployment. */
  toolStarts(started: SimRunner, running: readonly SimRunner[]): void {
    const foreign = running.find(({ order }) => order.fencingToken !== started.order.fencingToken);
    if (foreign === undefined) return;
    const [one, other] = [foreign.order, started.order];
    this.#report.broken(
      'I4',
      `a tool of token ${other.fencingToken} began (${other.actionKey}) while one of token ${one.fencingToken} worked`,
    );
  }

  #events(events: EventStore): EventStore {
    const append = async (request: AppendRequest): Promise<AppendResult> => {
      const result = await events.append(request);
      if (result.outcome === 'appended') this.#appended(request);
      return result;
    };
    return over(events, { append });
  }

  /** I5: what carries an old token changes nothing. */
  #appended({ events, fencingToken, stream }: AppendRequest): void {
    const fence = this.#fences.get(streamKey(stream)) ?? 0;
    const types = events.map(({ type }) => type).join(', ');
    this.#report.tell(`${stream.streamId} + ${types}`);
    if (fencingToken === undefined || fencingToken >= fence) return;
    this.#report.broken(
      'I5',
      `${stream.streamId} took ${types} of token ${fencingToken} after token ${fence} was given`,
    );
  }

  #leases(leases: LeaseTable, process: SimProcess): LeaseTable {
    const acquire: LeaseTable['acquire'] = async (request) => {
      const answer = await leases.acquire(request);
      if (!('token' in answer)) return answer;
      const { token } = answer;
      this.#report.tell(`${request.resource} is held by ${process.identity} with token ${token}`);
      this.#given({ ...request, token }, process);
      for (const streamId of request.fences ?? []) {
        this.#fences.set(streamKey({ tenantId: request.tenantId, streamId }), answer.token);
      }
      return answer;
    };
    const renew: LeaseTable['renew'] = async (held) => {
      const kept = await leases.renew(held);
      for (const lease of held) if (kept.has(lease.token)) this.#hold(lease, process);
      return kept;
    };
    const release: LeaseTable['release'] = async (lease) => {
      if (this.#held.get(leaseKey(lease))?.token === lease.token) this.#held.delete(leaseKey(lease));
      await leases.release(lease);
    };
    return over(leases, { acquire, renew, release });
  }

  /** I4: a lease is given to another only when it has run out, or its holder is known to be dead. */
  #given(lease: Lease, process: SimProcess): void {
    const before = this.#held.get(leaseKey(lease));
    const mayBeAlive = before !== undefined && !(before.process.isDead && before.process.host === process.host);
    if (mayBeAlive && before.expiresAtMs > this.#report.nowMs) {
      const [one, other] = [before.process.identity, process.identity];
      this.#report.broken('I4', `${lease.resource} was given to ${other} while ${one} held it`);
    }
    this.#hold(lease, process);
  }

  #hold(lease: Lease, process: SimProcess): void {
    const { token, ttlMs } = lease;
    this.#held.set(leaseKey(lease), { process, token, expiresAtMs: this.#report.nowMs + ttlMs });
  }

  #consumers(consumers: ConsumerRows): ConsumerRows {
    const begin = async (consumer: string, streams: readonly StreamRef[]): Promise<InteractiveTransaction> =>
      this.#transaction(consumer, await consumers.begin(consumer, streams));
    return over(consumers, { begin });
  }

  /** I8: an event takes effect in a consumer once, and after those before it. */
  #transaction(consumer: string, transaction: InteractiveTransaction): InteractiveTransaction {
    const moves = new Map<string, { readonly from: number; readonly to: number }>();
    return over(transaction, {
      advance: (stream: StreamRef, version: number): void => {
        const from = moves.get(streamKey(stream))?.from ?? transaction.position(stream).lastVersion;
        moves.set(streamKey(stream), { from, to: version });
        transaction.advance(stream, version);
      },
      commit: (): boolean => {
        const committed = transaction.commit();
        if (committed) for (const [key, move] of moves) this.#moved(`${consumer}|${key}`, move);
        return committed;
      },
    });
  }

  #moved(key: string, { from, to }: { readonly from: number; readonly to: number }): void {
    const before = this.applied.get(key) ?? 0;
    if (from !== before) this.#report.broken('I8', `${key} applied ${from + 1} to ${to} when it stood at ${before}`);
    this.applied.set(key, Math.max(before, to));
  }

  /** I7: nothing leaves the outbox that the transport has not taken. */
  #outbox(outbox: Outbox, transport: SimTransport): Outbox {
    const remove: Outbox['remove'] = async (entries) => {
      for (const { envelope } of entries) {
        if (transport.acknowledged.has(envelope.id)) continue;
        this.#report.broken('I7', `${envelope.subject} ${envelope.sequence} left the outbox and was never sent`);
      }
      await outbox.remove(entries);
    };
    return over(outbox, { remove });
  }
}
