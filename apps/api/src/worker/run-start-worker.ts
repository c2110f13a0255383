import { RUN_START_QUEUE, StartWhenDue } from '@caisson/deployment';
import { jobLoop, type BackgroundLoop, type ServiceFrame } from '@caisson/service';
import type { ApiSettings } from '../settings.js';

/** One append each. */
const AT_ONCE_MAX = 8;

/** A start that fails for a reason unknown to us is given up at this try, and stays to be looked at. */
const ATTEMPTS_MAX = 10;

/** The loop that starts approved runs when their time has come. */
export function runStartWorker(frame: ServiceFrame<ApiSettings>): BackgroundLoop {
  const startWhenDue = new StartWhenDue(frame);
  return jobLoop(frame, {
    queue: RUN_START_QUEUE,
    concurrencyMax: AT_ONCE_MAX,
    attemptsMax: ATTEMPTS_MAX,
    drainMs: 1_000,
    handle: (job) => startWhenDue.execute(job),
  });
}
