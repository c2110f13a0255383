import type { Clock } from '@caisson/kernel';
import type { BackgroundLoop } from '@caisson/service';

/** Work that is done again and again, with a pause before each time. `work` never rejects. */
export function periodicLoop(clock: Clock, everyMs: number, work: () => Promise<void>): BackgroundLoop {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  const walk = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(everyMs, stopping.signal);
      if (stopping.signal.aborted) return;
      await work();
    }
  };
  return {
    start: () => {
      running ??= walk();
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
