import type { Page } from './dashboard.js';
import { percentile, sumPerSecond } from './promql.js';

const CHOSEN = '{instance=~"$instance"}';

/** Each process: processor, memory, event loop, Postgres. */
export const runtime: Page = {
  uid: 'caisson-runtime',
  title: 'Caisson / Runtime',
  description: 'Each process: processor, memory, event loop and its connections to Postgres.',
  byInstance: true,
  rows: [
    {
      title: 'Process',
      graphs: [
        {
          title: 'Processor',
          meaning: 'Share of one core. A process uses hardly more than one.',
          unit: 'percentunit',
          queries: { '{{instance}}': sumPerSecond(`process_cpu_seconds_total${CHOSEN}`, 'instance') },
          runbook: 'event-loop-blocked.md',
        },
        {
          title: 'Memory',
          meaning: 'Resident memory of the process, without its tools.',
          unit: 'bytes',
          queries: { '{{instance}}': `max by (instance) (process_resident_memory_bytes${CHOSEN})` },
        },
        {
          title: 'Event loop late by, 99 of 100',
          meaning: 'Above some ten milliseconds something computes where it should wait.',
          unit: 's',
          queries: { '{{instance}}': `max by (instance) (nodejs_eventloop_lag_p99_seconds${CHOSEN})` },
          runbook: 'event-loop-blocked.md',
          redFrom: 0.5,
        },
        {
          title: 'Heap used',
          meaning: 'A line that only rises is a leak.',
          unit: 'bytes',
          queries: { '{{instance}}': `max by (instance) (nodejs_heap_size_used_bytes${CHOSEN})` },
        },
        {
          title: 'Garbage collection',
          meaning: 'Share of the time that collections take.',
          unit: 'percentunit',
          queries: { '{{instance}}': sumPerSecond(`nodejs_gc_duration_seconds_sum${CHOSEN}`, 'instance') },
          runbook: 'event-loop-blocked.md',
        },
        {
          title: 'Open files',
          meaning: 'Files and sockets that the process holds.',
          unit: 'short',
          queries: { '{{instance}}': `max by (instance) (process_open_fds${CHOSEN})` },
        },
      ],
    },
    {
      title: 'Postgres',
      graphs: [
        {
          title: 'Connections',
          meaning: 'Connections of each pool by what they do, and how many it may have.',
          unit: 'short',
          queries: {
            '{{instance}} {{state}}': `sum by (instance, state) (caisson_database_connections${CHOSEN})`,
            '{{instance}} at most': `max by (instance) (caisson_database_connections_max${CHOSEN})`,
          },
          runbook: 'database-saturated.md',
        },
        {
          title: 'Requests that wait for a connection',
          meaning: 'More than none for minutes: the pool is too small, or Postgres too slow.',
          unit: 'short',
          queries: { '{{instance}}': `max by (instance) (caisson_database_waiting_requests${CHOSEN})` },
          runbook: 'database-saturated.md',
        },
        {
          title: 'Time of the event store, 99 of 100',
          meaning: 'By operation, the wait for others of the same commit included.',
          unit: 's',
          queries: {
            '{{operation}}': percentile(99, `caisson_store_operation_duration_seconds${CHOSEN}`, 'operation'),
          },
          runbook: 'database-saturated.md',
        },
      ],
    },
    {
      title: 'What runs',
      numbers: [
        {
          title: 'Processes',
          meaning: 'Processes by the services in them.',
          unit: 'short',
          queries: { '{{service}}': `count by (service) (caisson_service_info${CHOSEN})` },
          runbook: 'service-down.md',
        },
      ],
    },
  ],
};
