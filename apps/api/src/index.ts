import { Rates } from '@caisson/http';
import { CreateAttemptLog, PostgresAttemptLogs } from '@caisson/attempt-log-postgres';
import { CreateIdempotentAnswer, PostgresIdempotentAnswers } from '@caisson/idempotency-postgres';
import { CreateInstalledEngine, PostgresInstalledEngines } from '@caisson/installed-engines-postgres';
import type { ServiceDefinition, ServiceFrame } from '@caisson/service';
import { ApiModule } from './api.module.js';
import { openLiveHub } from './live/open-live-hub.js';
import { countRuns } from './run-telemetry.js';
import { ApiSettings } from './settings.js';
import { oldAnswersLoop } from './worker/old-answers-loop.js';
import { runStartWorker } from './worker/run-start-worker.js';
import { strandedRunsLoop } from './worker/stranded-runs-loop.js';

function ratesOf({ metrics, rates, settings }: ServiceFrame<ApiSettings>): Rates {
  const limited = metrics.counter('caisson_http_rate_limited_total', 'Requests refused because there were too many.', [
    'policy',
  ]);
  return new Rates(rates, settings, (policy) => limited.inc({ policy }));
}

/** The API: owns deployments, tenants and principals, reacts to everybody's facts, and answers callers. */
export const apiService: ServiceDefinition<typeof ApiSettings> = {
  name: 'api',
  settings: ApiSettings,
  migrations: [CreateAttemptLog, CreateIdempotentAnswer, CreateInstalledEngine],
  routes: ['/api', '/docs', '/.well-known', '/asyncapi.json'],
  consumesEvents: true,
  module: (given) => {
    const store = countRuns(given.store, given.metrics);
    const frame = { ...given, store, runtime: { ...given.runtime, store } };
    frame.runInBackground('run-starts', runStartWorker(frame));
    frame.runInBackground('stranded-runs', strandedRunsLoop(frame));
    const lost = (error: unknown): void => frame.log.warn({ error }, 'lines of a log were lost');
    const live = openLiveHub(frame);
    frame.runInBackground('live streams', live);
    const answers = new PostgresIdempotentAnswers(frame.database);
    frame.runInBackground('old answers', oldAnswersLoop(frame, answers));
    const logs = new PostgresAttemptLogs(frame.database, frame.clock, lost);
    const installed = new PostgresInstalledEngines(frame.database);
    return ApiModule.register({ ...frame, live, answers, logs, installed, rates: ratesOf(frame) });
  },
};

export { describeApi } from './http/api-document.js';
export { ApiSettings } from './settings.js';
