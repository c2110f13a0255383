import type { PostgresIdempotentAnswers } from '@caisson/idempotency-postgres';
import type { BackgroundLoop, ServiceFrame } from '@caisson/service';
import type { ApiSettings } from '../settings.js';
import { periodicLoop } from './periodic-loop.js';

/** How often answers that are too old are looked for. */
const EVERY_MS = 10 * 60 * 1000;

/** The loop that forgets what was answered under idempotency keys of yesterday. */
export function oldAnswersLoop(
  { clock, log }: ServiceFrame<ApiSettings>,
  answers: Pick<PostgresIdempotentAnswers, 'forgetOld'>,
): BackgroundLoop {
  return periodicLoop(clock, EVERY_MS, async () => {
    try {
      const forgotten = await answers.forgetOld();
      if (forgotten > 0) log.debug({ answers: forgotten }, 'old answers were forgotten');
    } catch (error) {
      log.warn({ error }, 'old answers could not be forgotten; trying again');
    }
  });
}
