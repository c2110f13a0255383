import type { ExecutionObserver, Slots } from '@caisson/execution';
import { inSpan, type Logger, type Metrics } from '@caisson/observability';

/** Logs and counts what happens in executions. */
export function executionTelemetry(log: Logger, metrics: Metrics, slots: Slots): ExecutionObserver {
  const attempts = metrics.counter(
    'caisson_execution_attempts_total',
    'Attempts of tasks by engine, by what came of them, and by the class of what went wrong.',
    ['engine', 'outcome', 'class'],
  );
  const durations = metrics.tracedDuration('caisson_execution_attempt_duration_seconds', 'How long attempts took.', [
    'engine',
  ]);
  const taken = metrics.gauge('caisson_execution_slots_taken', 'Places for attempts that are taken.');
  metrics.beforeScrape(() => {
    taken.set(slots.taken); // Looked at then, and not as attempts end: the last one still has its place.
  });
  return {
    aroundAttempt: ({ attempt, engine, taskId }, work) =>
      inSpan(
        {
          name: `attempt ${engine}`,
          attributes: { 'caisson.engine': engine, 'caisson.task': taskId, 'caisson.attempt': attempt },
        },
        work,
      ),
    attemptEnded: ({ engine, taskId, attempt, outcome, durationMs, errorClass = 'none' }) => {
      attempts.inc({ engine, outcome, class: errorClass });
      durations.observe({ engine }, durationMs / 1000);
      const fields = { taskId, attempt, engine, outcome, errorClass, durationMs: Math.round(durationMs) };
      log.info(fields, 'an attempt has ended');
    },
    toolSaid: (taskId, line) => log.debug({ taskId, line }, 'a tool said'),
    noticed: (what, detail) => log.warn(detail, what),
  };
}
