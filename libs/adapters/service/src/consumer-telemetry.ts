import type { PublicEvent } from '@caisson/contracts';
import { topicOfType, type EventStrategyOptions } from '@caisson/messaging-kafka';
import { followCause, type Metrics, type SpanOptions } from '@caisson/observability';
import { ageSeconds } from './relay-telemetry.js';

const MS_PER_S = 1000;

/** What is told of one consumer: `around` runs each event in its story, `observer` counts what came of it. */
export type ConsumerTelemetry = Required<Pick<EventStrategyOptions, 'around' | 'observer'>>;

/** Counts, times and traces what a service's consumer does. */
export function consumerTelemetry(metrics: Metrics, service: string): ConsumerTelemetry {
  return { around: aroundEvent(metrics, service), observer: consumerObserver(metrics) };
}

function aroundEvent(metrics: Metrics, consumer: string): ConsumerTelemetry['around'] {
  const handling = metrics.tracedDuration('caisson_consumer_handle_duration_seconds', 'Time to handle an event.', [
    'consumer',
  ]);
  const lag = metrics
    .duration('caisson_consumer_lag_seconds', 'Time from a fact to its handling, by the clocks of both processes.', [
      'consumer',
    ])
    .labels({ consumer });
  return async (event, work) => {
    const startedMs = performance.now();
    lag.observe(ageSeconds(event.time));
    try {
      await followCause(event, processing(consumer, event), work);
    } finally {
      handling.observe({ consumer }, (performance.now() - startedMs) / MS_PER_S, event.traceparent);
    }
  };
}

/** The span of handling an event, by the messaging conventions of OpenTelemetry. */
function processing(consumer: string, { id, type }: PublicEvent): SpanOptions {
  return {
    name: `process ${type}`,
    kind: 'consumer',
    attributes: {
      'messaging.operation.name': 'process',
      'messaging.destination.name': topicOfType(type) ?? 'none',
      'messaging.consumer.group.name': `caisson.${consumer}`,
      'messaging.message.id': id,
    },
  };
}

function consumerObserver(metrics: Metrics): ConsumerTelemetry['observer'] {
  const counter = (name: string, help: string) => metrics.counter(name, help, ['consumer']);
  const parked = counter(
    'caisson_consumer_parked_streams_total',
    'Streams set aside because an event could not be handled.',
  );
  const failed = counter(
    'caisson_consumer_failed_pages_total',
    'Pages that could not be applied and were tried again.',
  );
  const malformed = counter(
    'caisson_consumer_malformed_messages_total',
    'Messages that are no events of Caisson, passed over.',
  );
  const swept = counter(
    'caisson_consumer_swept_events_total',
    'Events that the sweep applied because the fast way had not brought them.',
  );
  const events = metrics.counter('caisson_consumer_events_total', 'Events by what a consumer did with them.', [
    'consumer',
    'outcome',
  ]);
  return {
    pageApplied: (consumer, result) => {
      for (const [outcome, count] of Object.entries<number>({ ...result }))
        if (count > 0) events.inc({ consumer, outcome }, count);
    },
    streamParked: (consumer) => parked.inc({ consumer }),
    pageFailed: (consumer) => failed.inc({ consumer }),
    messageMalformed: (consumer) => malformed.inc({ consumer }),
    sweepApplied: (consumer, count) => swept.inc({ consumer }, count),
  };
}
