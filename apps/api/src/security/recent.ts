import type { Clock } from '@caisson/kernel';

/** How long and how much to remember. */
export interface RecentLimits {
  readonly forMs: number;
  readonly entriesMax: number;
}

interface Entry<Value> {
  readonly value: Promise<Value>;
  readonly readAt: number;
}

/** Remembers what was read for a moment, so that many who ask for the same at once read it once. */
export class Recent<Value> {
  private readonly entries = new Map<string, Entry<Value>>();

  constructor(
    private readonly limits: RecentLimits,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** What was read a moment ago, or is now. */
  get(key: string, read: () => Promise<Value>): Promise<Value> {
    const entry = this.entries.get(key);
    const isRecent = entry !== undefined && this.nowMs() - entry.readAt < this.limits.forMs;
    return isRecent ? entry.value : this.refresh(key, read);
  }

  /** Reads it now, and remembers that. A failure is not remembered. */
  async refresh(key: string, read: () => Promise<Value>): Promise<Value> {
    const entry = { value: read(), readAt: this.nowMs() };
    this.entries.delete(key);
    this.entries.set(key, entry);
    const oldest = this.entries.size > this.limits.entriesMax ? this.entries.keys().next() : undefined;
    if (oldest?.done === false) this.entries.delete(oldest.value);
    try {
      return await entry.value;
    } catch (error) {
      if (this.entries.get(key) === entry) this.entries.delete(key);
      throw error;
    }
  }

  /** Forgets one entry: it changed. */
  forget(key: string): void {
    this.entries.delete(key);
  }

  private nowMs(): number {
    return Date.parse(this.clock.now());
  }
}
