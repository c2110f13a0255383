import type { PublicEvent } from '@caisson/contracts';
import type { EventPublisher, OutboxEntry } from '@caisson/event-sourcing';
import { Fault } from '@caisson/kernel';
import type { SeededRandom } from '@caisson/testing';
import { parsed } from '../store/sim-database.js';
import { topicOfType } from '../store/sim-consumer-store.js';

const PARTITIONS = 2;
const PAGE_EVENTS_MAX = 10;

/** A member of a consumer group. */
export interface Member {
  readonly group: string;
  readonly topics: readonly string[];
  isGone(): boolean;
  /** Tells that there may be something to fetch. */
  ring(): void;
}

/** Some events of one partition. */
export interface Page {
  readonly partition: string;
  /** Of the assignment that it was fetched under. */
  readonly generation: number;
  readonly events: readonly PublicEvent[];
  readonly nextOffset: number;
}

/**
 * A broker: partitions that keep what came, groups whose members share them, offsets. It delivers at least once and in
 * order per partition, until it is told to lose, repeat or forget.
 */
export class SimTransport implements EventPublisher {
  /** Nobody is answered. */
  isOut = false;
  /** Probability that an event is acknowledged and lost. */
  losesRate = 0;
  /** Ids of what was acknowledged, also of what was lost after that. */
  readonly acknowledged = new Set<string>();
  /** Ids of what was lost at least once. */
  readonly lost = new Set<string>();
  /** Everything that was ever stored, in order, by partition: what readers outside could see. */
  readonly history = new Map<string, OutboxEntry[]>();
  readonly #logs = new Map<string, OutboxEntry[]>();
  readonly #offsets = new Map<string, number>();
  readonly #members: Member[] = [];
  readonly #random: SeededRandom;
  #generation = 1;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  async publish(entries: readonly OutboxEntry[]): Promise<void> {
    this.#refuseWhenOut();
    for (const entry of entries) {
      this.acknowledged.add(entry.envelope.id);
      if (this.losesRate > 0 && this.#random.chance(this.losesRate)) this.lost.add(entry.envelope.id);
      else this.store(entry);
    }
    for (const member of this.#members) member.ring();
  }

  /** Keeps one entry. */
  store(entry: OutboxEntry): void {
    const topic = topicOfType(entry.envelope.type) ?? '';
    const name = `${topic}/${partitionOf(`${entry.envelope.tenantId}|${entry.envelope.subject}`)}`;
    for (const logs of [this.history, this.#logs]) {
      const log = logs.get(name) ?? [];
      logs.set(name, log);
      log.push(entry);
    }
  }

  /** A new member: partitions are given out anew. */
  join(member: Member): void {
    for (const [index, other] of [...this.#members.entries()].reverse())
      if (other.isGone()) this.#members.splice(index, 1);
    this.#members.push(member);
    this.rebalance();
  }

  /** Gives the partitions to others. */
  rebalance(): void {
    this.#generation += 1;
    for (const member of this.#members) member.ring();
  }

  /** What a member reads next in one of its partitions; undefined when there is nothing. */
  fetch(member: Member, positions: ReadonlyMap<string, number>, generation: number): Page | undefined {
    this.#refuseWhenOut();
    for (const partition of this.#partitionsOf(member)) {
      const known = generation === this.#generation ? positions.get(partition) : undefined;
      const log = this.#logs.get(partition) ?? [];
      const from = Math.min(known ?? this.#offsets.get(`${member.group}|${partition}`) ?? 0, log.length);
      const entries = log.slice(from, from + PAGE_EVENTS_MAX);
      if (entries.length === 0) continue;
      const events = entries.map(({ dataJson, envelope }) => ({ ...envelope, data: parsed(dataJson) }));
      return { partition, generation: this.#generation, events, nextOffset: from + entries.length };
    }
    return undefined;
  }

  /** Remembers how far a group is. */
  commit({ group }: Member, { generation, nextOffset, partition }: Page): void {
    this.#refuseWhenOut();
    if (generation === this.#generation) this.#offsets.set(`${group}|${partition}`, nextOffset);
  }

  /** Forgets how far groups are: everything comes again. */
  rewind(): void {
    this.#offsets.clear();
    this.rebalance();
  }

  /** Forgets everything. */
  wipe(): void {
    this.#logs.clear();
    this.rewind();
  }

  #partitionsOf(member: Member): readonly string[] {
    const group = this.#members.filter((other) => other.group === member.group && !other.isGone());
    const place = group.indexOf(member);
    const partitions = member.topics.flatMap((topic) =>
      Array.from({ length: PARTITIONS }, (_, index) => `${topic}/${index}`),
    );
    return partitions.filter((_, index) => (index + this.#generation) % group.length === place);
  }

  #refuseWhenOut(): void {
    if (this.isOut) throw new Fault('broker-away', 'The broker does not answer.', { retryable: true });
  }
}

function partitionOf(key: string): number {
  let sum = 0;
  for (let index = 0; index < key.length; index += 1) sum = (sum * 31 + key.charCodeAt(index)) % 65_521;
  return sum % PARTITIONS;
}
