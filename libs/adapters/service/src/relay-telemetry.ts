import { EVENT_TYPES } from '@caisson/contracts';
import type { OutboxEntry, RelayObserver } from '@caisson/event-sourcing';
import { messageOf } from '@caisson/kernel';
import { topicOfType } from '@caisson/messaging-kafka';
import { recordSpan, type Logger, type Metrics } from '@caisson/observability';

const MS_PER_S = 1000;

/** Logs, counts and traces what the relay does. */
export function relayTelemetry({ log, metrics }: { readonly log: Logger; readonly metrics: Metrics }): RelayObserver {
  const leads = metrics.gauge('caisson_relay_leader', '1 while this process relays events, else 0.');
  const published = metrics.counter('caisson_relay_events_total', 'Events that left the outbox.', ['type']);
  for (const type of EVENT_TYPES) published.inc({ type }, 0); // A series that begins at 1 has no increase.
  const delays = metrics.duration('caisson_relay_delay_seconds', 'Age of the oldest event of each batch as it left.');
  const sending = metrics.duration('caisson_relay_batch_duration_seconds', 'Time to send a batch, retries included.');
  const failures = metrics.counter(
    'caisson_relay_failures_total',
    'Rounds of the relay that failed and were repeated.',
  );
  return {
    leads: (isLeading) => {
      leads.set(isLeading ? 1 : 0);
      log.info({ isLeading }, 'relay leadership changed');
    },
    published: (entries, durationMs) => {
      for (const [type, count] of countTypes(entries)) published.inc({ type }, count);
      sending.observe(durationMs / MS_PER_S);
      const oldest = entries[0]?.envelope.time;
      if (oldest !== undefined) delays.observe(ageSeconds(oldest));
      for (const { envelope } of entries) if (envelope.traceparent !== undefined) recordRelay(envelope, durationMs);
    },
    failed: (error, attempt) => {
      failures.inc();
      log.warn({ attempt, reason: messageOf(error) }, 'the relay could not send events; trying again');
    },
  };
}

/** Seconds since an instant, by this process's clock; 0 when that is behind. */
export function ageSeconds(instant: string): number {
  return Math.max(0, Date.now() - Date.parse(instant)) / MS_PER_S;
}

function countTypes(entries: readonly OutboxEntry[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { envelope } of entries) counts.set(envelope.type, (counts.get(envelope.type) ?? 0) + 1);
  return counts;
}

/** Of events whose trace is recorded: where they waited for the others of their batch and for the transport. */
function recordRelay({ id, traceparent, type }: OutboxEntry['envelope'], durationMs: number): void {
  const attributes = {
    'messaging.operation.name': 'send',
    'messaging.destination.name': topicOfType(type) ?? 'none',
    'messaging.message.id': id,
    'cloudevents.event_type': type,
  };
  recordSpan({ name: `relay ${type}`, kind: 'producer', parent: traceparent, durationMs, attributes });
}
