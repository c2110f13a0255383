import { SharedClock } from '@caisson/event-sourcing';
import type { OpenedEventStore } from '@caisson/event-store-postgres';
import type { Clock } from '@caisson/kernel';
import { systemClock } from '@caisson/system';
import type { Shutdown } from './shutdown.js';

/**
 * The clock of Postgres, carried on in this process until it has stopped working.
 *
 * @throws Fault (retryable) when Postgres does not answer.
 */
export async function openSharedClock(stores: Pick<OpenedEventStore, 'now'>, shutdown: Shutdown): Promise<Clock> {
  const clock = new SharedClock({ clock: systemClock, ask: () => stores.now() });
  await clock.read();
  const stopping = new AbortController();
  const kept = clock.keep(stopping.signal);
  shutdown.add('connections', 'shared clock', () => {
    stopping.abort();
    return kept;
  });
  return clock;
}
