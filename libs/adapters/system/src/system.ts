import { randomBytes } from 'node:crypto';
import { uuidV7, type Clock, type IdGenerator, type Random } from '@caisson/kernel';

/** The machine's clocks. */
export const systemClock: Clock = {
  now: () => new Date().toISOString(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal?.addEventListener('abort', wake);
    }),
};

/** UUIDs of version 7 from the machine's clock and its random source. */
export const systemIds: IdGenerator = { next: () => uuidV7(Date.now(), randomBytes(10)) };

/** Uniform numbers from the platform; not for secrets. */
export const systemRandom: Random = { next: () => Math.random() };
