import type { PlanningObserver } from '@caisson/planning';
import type { Logger, Metrics } from '@caisson/observability';

const MS_PER_S = 1000;

/** Logs and counts what happens while planning. */
export function planningObserver(log: Logger, metrics: Metrics): PlanningObserver {
  const plans = metrics.counter('caisson_planner_plans_total', 'Plannings by what came of them.', ['outcome']);
  const durations = metrics.duration(
    'caisson_planner_plan_duration_seconds',
    'Time from taking up a planning to its end.',
  );
  const calls = metrics.duration('caisson_planner_engine_call_duration_seconds', 'Time an engine took to answer.', [
    'engine',
    'operation',
    'outcome',
  ]);
  return {
    toolSaid: (unitId, line) => log.debug({ unitId, line }, 'a tool said'),
    engineCalled: ({ durationMs, ...labels }) => calls.observe(labels, durationMs / MS_PER_S),
    planningEnded: ({ code, durationMs, outcome, ...planning }) => {
      plans.inc({ outcome });
      durations.observe(durationMs / MS_PER_S);
      log.info(
        { ...planning, outcome, durationMs: Math.round(durationMs), ...(code ? { code } : {}) },
        'planning has ended',
      );
    },
  };
}
