import type { OutboxEntry } from '@caisson/event-sourcing';

/** Makes numbered events of some streams, in turn, as a relay finds them in its outbox. */
export class EventSource {
  readonly #streams: number;
  #made = 0;

  constructor(streams: number) {
    this.#streams = streams;
  }

  /** How many were made of each stream so far. */
  get perStream(): number {
    return Math.floor(this.#made / this.#streams);
  }

  next(count: number, dataJson: string): readonly OutboxEntry[] {
    return Array.from({ length: count }, () => this.#one(dataJson));
  }

  #one(dataJson: string): OutboxEntry {
    const subject = `deployment-${this.#made % this.#streams}`;
    const sequence = Math.floor(this.#made / this.#streams) + 1;
    this.#made += 1;
    return {
      outboxId: String(this.#made),
      globalSeq: this.#made,
      dataJson,
      envelope: {
        id: `${subject}@${sequence}`,
        type: 'caisson.deployment.deployment-changed.v1',
        source: '/caisson/api',
        subject,
        time: '2026-03-02T10:15:00.000Z',
        tenantId: 'tenant',
        correlationId: 'story',
        causationId: 'request',
        actor: 'mia',
        sequence,
      },
    };
  }
}

/** What a reader of the topic can tell of it: each stream read in order, repeats dropped by version. */
export class ArrivedEvents {
  readonly #versions = new Map<string, number>();
  repeated = 0;
  /** Events before which something of their stream is missing. */
  readonly holes: string[] = [];

  add(stream: string, version: number): void {
    const last = this.#versions.get(stream) ?? 0;
    if (version <= last) {
      this.repeated += 1;
      return;
    }
    if (version > last + 1) this.holes.push(`${stream}: ${version} after ${last}`);
    this.#versions.set(stream, version);
  }

  /** Whether every stream got so far. */
  hasAll(streams: number, perStream: number): boolean {
    return this.#versions.size === streams && [...this.#versions.values()].every((version) => version >= perStream);
  }
}
