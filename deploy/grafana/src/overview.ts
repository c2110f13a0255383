import type { Page } from './dashboard.js';
import { orNone, perSecond } from './promql.js';

/** How fast the budgets of our objectives burn; 1 uses them up exactly. Budgets: `docs/runbooks/README.md`. */
const BURN_RATES = {
  'the API answers': orNone('caisson:api_unavailable:ratio_rate1h / 0.001'),
  'commands are accepted in time': orNone('caisson:accept_slow:ratio_rate1h / 0.01'),
  'runs end well': orNone('caisson:runs_failed:ratio_rate1h / 0.05'),
  'events are handled in time': orNone('caisson:events_late:ratio_rate1h / 0.01'),
};

/** Is it healthy, what waits, what failed. */
export const overview: Page = {
  uid: 'caisson-overview',
  title: 'Caisson / Overview',
  description: 'Is it healthy, what waits, what failed.',
  rows: [
    {
      title: 'Is it healthy?',
      numbers: [
        {
          title: 'Alerts firing',
          meaning: 'Alerts of Caisson that are active. Each names its runbook.',
          unit: 'short',
          queries: { alerts: orNone('count(ALERTS{alertname=~"Caisson.+",alertstate="firing"})') },
          runbook: 'README.md',
          redFrom: 1,
        },
        {
          title: 'Processes away',
          meaning: 'Processes that gave no metrics at the last scrape.',
          unit: 'short',
          queries: { processes: 'count(up{job="caisson"}) - sum(up{job="caisson"})' },
          runbook: 'service-down.md',
          redFrom: 1,
        },
        {
          title: 'Relays leading',
          meaning: 'One process relays events. With none, nobody hears of new ones.',
          unit: 'short',
          queries: { leaders: orNone('sum(caisson_relay_leader)') },
          runbook: 'relay-without-leader.md',
          redBelow: 1,
        },
        {
          title: 'Streams set aside',
          meaning: 'Streams whose event could not be handled; they wait for a person.',
          unit: 'short',
          queries: { streams: orNone('sum(caisson_consumer_parked_streams)') },
          runbook: 'stream-parked.md',
          redFrom: 1,
        },
        {
          title: 'Redis away',
          meaning: '1 while a process does not reach Redis. Work goes on, and waits more.',
          unit: 'short',
          queries: { away: orNone('max(caisson_lock_redis_away)') },
          runbook: 'redis-away.md',
          redFrom: 1,
        },
        {
          title: 'Critical drift, 1 h',
          meaning: 'Critical differences that scans listed within the hour.',
          unit: 'short',
          queries: { items: orNone('sum(increase(caisson_drift_items_total{severity="critical"}[1h]))') },
          runbook: 'drift-critical.md',
          redFrom: 1,
        },
      ],
      graphs: [
        {
          title: 'Budget burned, 1 h',
          meaning: '1 is exactly the budget of an objective; above 14.4 somebody is woken.',
          unit: 'short',
          queries: BURN_RATES,
          runbook: 'README.md',
          redFrom: 14.4,
        },
        {
          title: 'Requests by status',
          meaning: 'Answers a second. 5xx are faults of our own.',
          unit: 'ops',
          queries: { '{{status}}': perSecond('caisson_http_request_duration_seconds_count', 'status') },
          runbook: 'api-unavailable.md',
        },
      ],
    },
    {
      title: 'What waits?',
      graphs: [
        {
          title: 'Oldest due job',
          meaning:
            'For how long the oldest due job of a queue waits. Above a minute nobody takes it up, or all are busy.',
          unit: 's',
          queries: { '{{queue}}': orNone('max by (queue) (caisson_queue_oldest_due_seconds)') },
          runbook: 'queue-waits.md',
          redFrom: 60,
        },
        {
          title: 'Open jobs',
          meaning: 'Jobs that are due, held by a worker, or for later.',
          unit: 'short',
          queries: { '{{queue}} {{state}}': orNone('max by (queue, state) (caisson_queue_jobs)') },
          runbook: 'queue-waits.md',
        },
        {
          title: 'Oldest event on its way out',
          meaning: 'Age of the oldest event that is not relayed yet. It rises while Kafka is away or nobody leads.',
          unit: 's',
          queries: { age: 'max(caisson_outbox_oldest_seconds)' },
          runbook: 'relay-stuck.md',
          redFrom: 30,
        },
        {
          title: 'Requests that wait for Postgres',
          meaning: 'More than none for minutes: the pool is too small, or Postgres too slow.',
          unit: 'short',
          queries: { '{{instance}}': 'max by (instance) (caisson_database_waiting_requests)' },
          runbook: 'database-saturated.md',
        },
      ],
    },
    {
      title: 'What failed?',
      graphs: [
        {
          title: 'Runs that ended',
          meaning: 'Runs a second by how they ended.',
          unit: 'ops',
          queries: { '{{outcome}}': perSecond('caisson_runs_ended_total', 'outcome') },
          runbook: 'runs-failing.md',
        },
        {
          title: 'Attempts',
          meaning: 'Attempts of tasks a second by engine and outcome.',
          unit: 'ops',
          queries: { '{{engine}} {{outcome}}': perSecond('caisson_execution_attempts_total', 'engine', 'outcome') },
          runbook: 'runs-failing.md',
        },
        {
          title: 'Events that were not simply applied',
          meaning: 'Pages tried again, streams set aside, events that only the sweep brought. None while all is well.',
          unit: 'ops',
          queries: {
            'tried again by {{consumer}}': perSecond('caisson_consumer_failed_pages_total', 'consumer'),
            'set aside by {{consumer}}': perSecond('caisson_consumer_parked_streams_total', 'consumer'),
            'swept by {{consumer}}': perSecond('caisson_consumer_swept_events_total', 'consumer'),
          },
          runbook: 'events-late.md',
        },
        {
          title: 'Requests over a limit',
          meaning: 'Requests refused with 429 a second, by the limit.',
          unit: 'ops',
          queries: { '{{policy}}': perSecond('caisson_http_rate_limited_total', 'policy') },
          runbook: 'many-refused.md',
        },
      ],
    },
  ],
};
