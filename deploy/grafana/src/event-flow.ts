import type { Page } from './dashboard.js';
import { percentile, perSecond, sumPerSecond } from './promql.js';

const APPENDS = 'caisson_store_operation_duration_seconds{operation="append"}';

/** An event's way: append, relay, Kafka, consumers. */
export const eventFlow: Page = {
  uid: 'caisson-event-flow',
  title: 'Caisson / Event flow',
  description: 'The way of an event, hop by hop: append, relay, Kafka, consumers.',
  rows: [
    {
      title: 'Late by, hop by hop (99 of 100)',
      numbers: [
        {
          title: 'Append',
          meaning: 'Until the commit.',
          unit: 's',
          queries: { append: percentile(99, APPENDS) },
        },
        {
          title: 'Relay',
          meaning: 'From the commit until it left the outbox.',
          unit: 's',
          queries: { relay: percentile(99, 'caisson_relay_delay_seconds') },
          runbook: 'relay-stuck.md',
          redFrom: 5,
        },
        {
          title: 'Consumers',
          meaning: 'From the fact to the end of its handling, all hops together.',
          unit: 's',
          queries: { consumers: percentile(99, 'caisson_consumer_lag_seconds') },
          runbook: 'events-late.md',
          redFrom: 5,
        },
      ],
    },
    {
      title: '1. Append',
      graphs: [
        {
          title: 'Appends',
          meaning:
            'Appends a second by what came of them. A conflict is tried again; fenced is a holder that came too late.',
          unit: 'ops',
          queries: {
            '{{outcome}}': perSecond('caisson_store_operation_duration_seconds_count{operation="append"}', 'outcome'),
          },
        },
        {
          title: 'Time of the store',
          meaning: '99 of 100 operations do not take longer.',
          unit: 's',
          queries: { '{{operation}}': percentile(99, 'caisson_store_operation_duration_seconds', 'operation') },
          runbook: 'database-saturated.md',
        },
      ],
    },
    {
      title: '2. Relay',
      graphs: [
        {
          title: 'Events relayed',
          meaning: 'Events a second that left the outbox, by type.',
          unit: 'ops',
          queries: { '{{type}}': `${perSecond('caisson_relay_events_total', 'type')} > 0` },
        },
        {
          title: 'Outbox',
          meaning: 'Events that are not numbered yet, or not sent.',
          unit: 'short',
          queries: { '{{state}}': 'max by (state) (caisson_outbox_events)' },
          runbook: 'relay-stuck.md',
        },
        {
          title: 'Time of a batch',
          meaning: 'Time to send a batch, retries included: how long Kafka takes.',
          unit: 's',
          queries: {
            median: percentile(50, 'caisson_relay_batch_duration_seconds'),
            '99 of 100': percentile(99, 'caisson_relay_batch_duration_seconds'),
          },
          runbook: 'relay-stuck.md',
        },
        {
          title: 'Rounds that failed',
          meaning: 'Rounds of the relay a second that were repeated. Kafka is away, or a topic is not as it should be.',
          unit: 'ops',
          queries: { rounds: sumPerSecond('caisson_relay_failures_total') },
          runbook: 'relay-stuck.md',
        },
      ],
    },
    {
      title: '3. Consumers',
      graphs: [
        {
          title: 'From the fact to its handling, median',
          meaning: 'By the clocks of both processes.',
          unit: 's',
          queries: { '{{consumer}}': percentile(50, 'caisson_consumer_lag_seconds', 'consumer') },
          runbook: 'events-late.md',
        },
        {
          title: 'From the fact to its handling, 99 of 100',
          meaning: 'By the clocks of both processes. The objective is 5 s.',
          unit: 's',
          queries: { '{{consumer}}': percentile(99, 'caisson_consumer_lag_seconds', 'consumer') },
          runbook: 'events-late.md',
          redFrom: 5,
        },
        {
          title: 'Events',
          meaning: 'Events a second by consumer and what it did with them.',
          unit: 'ops',
          queries: { '{{consumer}} {{outcome}}': perSecond('caisson_consumer_events_total', 'consumer', 'outcome') },
        },
        {
          title: 'Time to handle, 99 of 100',
          meaning: 'Time in the handler of a consumer.',
          unit: 's',
          queries: { '{{consumer}}': percentile(99, 'caisson_consumer_handle_duration_seconds', 'consumer') },
          runbook: 'events-late.md',
        },
        {
          title: 'Streams set aside',
          meaning: 'Streams that wait for a person, by consumer.',
          unit: 'short',
          queries: { '{{consumer}}': 'max by (consumer) (caisson_consumer_parked_streams)' },
          runbook: 'stream-parked.md',
          redFrom: 1,
        },
        {
          title: 'Events that the sweep brought',
          meaning: 'The fast way lost them, or was late. All of them are handled once.',
          unit: 'ops',
          queries: { '{{consumer}}': perSecond('caisson_consumer_swept_events_total', 'consumer') },
          runbook: 'events-late.md',
        },
        {
          title: 'Messages that are no events',
          meaning: 'Messages on our topics that are not of Caisson, passed over.',
          unit: 'ops',
          queries: { '{{consumer}}': perSecond('caisson_consumer_malformed_messages_total', 'consumer') },
          runbook: 'stream-parked.md',
        },
      ],
    },
  ],
};
