import type { Page } from './dashboard.js';
import { orNone, percentile, perSecond, sumPerSecond } from './promql.js';

const REQUESTS = 'caisson_http_request_duration_seconds';

/** What callers, watchers and webhooks meet. */
export const api: Page = {
  uid: 'caisson-api',
  title: 'Caisson / API and webhooks',
  description: 'What callers, watchers and webhooks meet.',
  rows: [
    {
      title: 'Objectives',
      graphs: [
        {
          title: 'Share of faults of our own',
          meaning: 'Answers with 5xx; the objective allows 0.1 %.',
          unit: 'percentunit',
          queries: {
            '5 min': orNone('caisson:api_unavailable:ratio_rate5m'),
            '1 h': orNone('caisson:api_unavailable:ratio_rate1h'),
          },
          runbook: 'api-unavailable.md',
        },
        {
          title: 'Share of commands accepted late',
          meaning: 'Commands that took more than 500 ms; the objective allows 1 %.',
          unit: 'percentunit',
          queries: {
            '5 min': orNone('caisson:accept_slow:ratio_rate5m'),
            '1 h': orNone('caisson:accept_slow:ratio_rate1h'),
          },
          runbook: 'accept-slow.md',
        },
      ],
    },
    {
      title: 'Requests',
      graphs: [
        {
          title: 'Requests by route',
          meaning: 'Answers a second by method and template of the route.',
          unit: 'ops',
          queries: { '{{method}} {{route}}': perSecond(`${REQUESTS}_count{route=~"/api/.*"}`, 'method', 'route') },
        },
        {
          title: 'Requests by status',
          meaning: 'Answers a second. 4xx are refusals, 5xx faults of our own.',
          unit: 'ops',
          queries: { '{{status}}': perSecond(`${REQUESTS}_count{route=~"/api/.*"}`, 'status') },
          runbook: 'api-unavailable.md',
        },
        {
          title: 'Time to answer, 99 of 100',
          meaning: 'By method and template of the route.',
          unit: 's',
          queries: { '{{method}} {{route}}': percentile(99, `${REQUESTS}{route=~"/api/.*"}`, 'method', 'route') },
          runbook: 'accept-slow.md',
        },
        {
          title: 'Time to accept a command',
          meaning: 'Answers with 202. The objective is 500 ms for 99 of 100.',
          unit: 's',
          queries: {
            median: percentile(50, `${REQUESTS}{status="202"}`),
            '99 of 100': percentile(99, `${REQUESTS}{status="202"}`),
          },
          runbook: 'accept-slow.md',
          redFrom: 0.5,
        },
        {
          title: 'Over a limit',
          meaning: 'Requests refused with 429 a second, by the limit.',
          unit: 'ops',
          queries: { '{{policy}}': perSecond('caisson_http_rate_limited_total', 'policy') },
          runbook: 'many-refused.md',
        },
        {
          title: 'Limits counted per replica',
          meaning: '1 while a replica does not reach Redis and counts for itself.',
          unit: 'short',
          queries: { '{{instance}}': 'max by (instance) (caisson_rate_limiter_away)' },
          runbook: 'redis-away.md',
        },
      ],
    },
    {
      title: 'Live streams',
      graphs: [
        {
          title: 'Open',
          meaning: 'Watchers of events, by process.',
          unit: 'short',
          queries: { '{{instance}}': 'sum by (instance) (caisson_live_streams)' },
        },
        {
          title: 'Ended',
          meaning: 'A second, by reason. Slow: a watcher that reads too slowly was let go.',
          unit: 'ops',
          queries: { '{{reason}}': perSecond('caisson_live_streams_ended_total', 'reason') },
        },
      ],
    },
    {
      title: 'Webhooks',
      graphs: [
        {
          title: 'Deliveries',
          meaning: 'Facts about deliveries a second, by type.',
          unit: 'ops',
          queries: { '{{type}}': perSecond('caisson_relay_events_total{type=~"caisson.webhooks.*"}', 'type') },
        },
        {
          title: 'Answers',
          meaning: 'Answers to deliveries and callbacks a second, by status. 401: a signature that is not right.',
          unit: 'ops',
          queries: { '{{status}}': perSecond(`${REQUESTS}_count{route=~"/webhooks/.*"}`, 'status') },
        },
        {
          title: 'Use of credentials',
          meaning: 'Credentials that tools were given, a second.',
          unit: 'ops',
          queries: {
            uses: orNone(sumPerSecond('caisson_relay_events_total{type="caisson.tenancy.credential-used.v1"}')),
          },
        },
      ],
    },
  ],
};
