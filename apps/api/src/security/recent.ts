import type { Clock } from '@caisson/kernel';

/** How long and how much to remember. */
export interface RecentLimits {
  readonly forMs: number;
  readonly entriesMax: number;
}

interface Entry<Value> {
  readonly value: Promise<Value | undefined>;
  readonly readAt: number;
}

/** Remembers what was read for a moment, so that many who ask for the same at once read it once. */
export class Recent<Value> {
  private readonly entries = new Map<string, Entry<Value>>();

  constructor(
    private readonly limits: RecentLimits,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** What was read a moment ago, or is being read; undefined when nothing is. */
  remembered(key: string): Promise<Value | undefined> | undefined {
    const entry = this.entries.get(key);
    const isRecent = entry !== undefined && this.nowMs() - entry.readAt < this.limits.forMs;
    return isRecent ? entry.value : undefined;
  }

  /** Reads it now, and remembers that. Neither a failure nor what is not there is remembered. */
  async refresh(key: string, read: () => Promise<Value | undefined>): Promise<Value | undefined> {
    const entry = { value: read(), readAt: this.nowMs() };
    this.entries.delete(key);
    this.entries.set(key, entry);
    const oldest = this.entries.size > this.limits.entriesMax ? this.entries.keys().next() : undefined;
    if (oldest?.done === false) this.entries.delete(oldest.value);
    let value: Value | undefined;
    try {
      value = await entry.value;
    } finally {
      if (value === undefined && this.entries.get(key) === entry) this.entries.delete(key);
    }
    return value;
  }

  /** Forgets one entry: it changed. */
  forget(key: string): void {
    this.entries.delete(key);
  }

  private nowMs(): number {
    return Date.parse(this.clock.now());
  }
}
