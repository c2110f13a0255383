import { EndStrandedRuns } from '@caisson/deployment';
import type { BackgroundLoop, ServiceFrame } from '@caisson/service';
import type { ApiSettings } from '../settings.js';
import { periodicLoop } from './periodic-loop.js';

/** How often what is parked is looked at: a run that waits for nothing is told within it. */
const EVERY_MS = 10_000;

/** The loop that ends runs whose answer cannot come, since a stream that they wait for was set aside. */
export function strandedRunsLoop(frame: ServiceFrame<ApiSettings>): BackgroundLoop {
  const { clock, log } = frame;
  const endStrandedRuns = new EndStrandedRuns(frame);
  return periodicLoop(clock, EVERY_MS, async () => {
    try {
      const ended = await endStrandedRuns.execute();
      if (ended.length > 0) log.warn({ runs: ended.length }, 'runs were ended whose streams are parked');
    } catch (error) {
      log.warn({ error }, 'what is parked could not be looked at; trying again');
    }
  });
}
