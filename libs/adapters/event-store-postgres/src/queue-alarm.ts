import { jobsChannel, type Wakeups } from '@caisson/event-sourcing';

/** Jobs in the future that have an alarm; others are found by their workers' slow look. */
const ALARMS_MAX = 10_000;

/** Later ones are left to the slow look too: it costs nothing compared with the wait. */
const DELAY_MS_MAX = 60 * 60_000;

/** The database's clock decides whether a job is due, and may be a little behind this timer. */
const SLACK_MS = 10;

/** Wakes the workers of a queue when a job is due, so that they need not look often. Best effort. */
export class QueueAlarm {
  readonly #wakeups: Wakeups;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(wakeups: Wakeups) {
    this.#wakeups = wakeups;
  }

  set(queue: string, delayMs: number): void {
    if (delayMs <= 0) this.#wakeups.wake(jobsChannel(queue));
    if (delayMs <= 0 || delayMs > DELAY_MS_MAX || this.#timers.size >= ALARMS_MAX) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#wakeups.wake(jobsChannel(queue));
    }, delayMs + SLACK_MS).unref();
    this.#timers.add(timer);
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
