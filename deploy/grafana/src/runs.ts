import type { Page } from './dashboard.js';
import { orNone, percentile, perSecond, sumPerSecond } from './promql.js';

/** From the wish to its end: planner and executor. */
export const runs: Page = {
  uid: 'caisson-runs',
  title: 'Caisson / Runs',
  description: 'From the wish to its end: what the planner and the executor do.',
  rows: [
    {
      title: 'Runs',
      graphs: [
        {
          title: 'Runs that ended',
          meaning: 'Runs a second by kind and how they ended.',
          unit: 'ops',
          queries: { '{{kind}} {{outcome}}': perSecond('caisson_runs_ended_total', 'kind', 'outcome') },
          runbook: 'runs-failing.md',
        },
        {
          title: 'Share of runs that failed',
          meaning: 'Of the runs that ended without being cancelled; the objective allows 5 %.',
          unit: 'percentunit',
          queries: {
            '1 h': orNone('caisson:runs_failed:ratio_rate1h'),
            '6 h': orNone('caisson:runs_failed:ratio_rate6h'),
          },
          runbook: 'runs-failing.md',
        },
        {
          title: 'Time of runs, median',
          meaning: 'Waiting is before the execution, approvals included; executing is the rest.',
          unit: 's',
          queries: { '{{phase}}': percentile(50, 'caisson_run_duration_seconds', 'phase') },
        },
        {
          title: 'Time of runs, 99 of 100',
          meaning: 'Waiting is before the execution, approvals included; executing is the rest.',
          unit: 's',
          queries: { '{{phase}}': percentile(99, 'caisson_run_duration_seconds', 'phase') },
        },
      ],
    },
    {
      title: 'Planning',
      graphs: [
        {
          title: 'Plans',
          meaning: 'Plannings a second by what came of them.',
          unit: 'ops',
          queries: { '{{outcome}}': perSecond('caisson_planner_plans_total', 'outcome') },
          runbook: 'runs-failing.md',
        },
        {
          title: 'Time of a planning',
          meaning: 'From taking it up to its end, the calls of engines included.',
          unit: 's',
          queries: {
            median: percentile(50, 'caisson_planner_plan_duration_seconds'),
            '99 of 100': percentile(99, 'caisson_planner_plan_duration_seconds'),
          },
        },
        {
          title: 'Time of engines, 99 of 100',
          meaning: 'How long engines take to validate, observe and plan.',
          unit: 's',
          queries: {
            '{{engine}} {{operation}}': percentile(
              99,
              'caisson_planner_engine_call_duration_seconds',
              'engine',
              'operation',
            ),
          },
        },
        {
          title: 'Jobs',
          meaning: 'Jobs a second by queue and what came of them.',
          unit: 'ops',
          queries: { '{{queue}} {{outcome}}': perSecond('caisson_jobs_total', 'queue', 'outcome') },
          runbook: 'queue-waits.md',
        },
      ],
    },
    {
      title: 'Execution',
      graphs: [
        {
          title: 'Attempts',
          meaning: 'Attempts of tasks a second by engine, outcome and the class of what went wrong.',
          unit: 'ops',
          queries: {
            '{{engine}} {{outcome}} {{class}}': perSecond(
              'caisson_execution_attempts_total',
              'engine',
              'outcome',
              'class',
            ),
          },
          runbook: 'runs-failing.md',
        },
        {
          title: 'Time of attempts, 99 of 100',
          meaning: 'How long tools work on a task.',
          unit: 's',
          queries: { '{{engine}}': percentile(99, 'caisson_execution_attempt_duration_seconds', 'engine') },
        },
        {
          title: 'Places taken',
          meaning: 'Attempts at once, by executor. A line at its limit: more executors, or more places.',
          unit: 'short',
          queries: { '{{instance}}': 'sum by (instance) (caisson_execution_slots_taken)' },
          runbook: 'queue-waits.md',
        },
        {
          title: 'Wait for locks, 99 of 100',
          meaning: 'Time until a lock was had or given up, by what it locks.',
          unit: 's',
          queries: { '{{resource}} {{outcome}}': percentile(99, 'caisson_lock_wait_seconds', 'resource', 'outcome') },
          runbook: 'redis-away.md',
        },
        {
          title: 'Time of jobs, 99 of 100',
          meaning: 'How long a worker holds a job.',
          unit: 's',
          queries: { '{{queue}}': percentile(99, 'caisson_job_duration_seconds', 'queue') },
        },
        {
          title: 'Keys lost',
          meaning: 'Redis keys that were lost while their work went on. The leases in Postgres hold.',
          unit: 'ops',
          queries: { keys: sumPerSecond('caisson_lock_lost_total') },
          runbook: 'redis-away.md',
        },
      ],
    },
  ],
};
