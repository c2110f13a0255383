import { deploymentAggregate } from '@caisson/deployment';
import type { RecordedEvent, StreamRef } from '@caisson/event-sourcing';
import { executionAggregate } from '@caisson/execution';
import type { Json } from '@caisson/kernel';
import { planAggregate } from '@caisson/planning';
import { rebuildDocuments, type SeededRandom } from '@caisson/testing';

/** A stream as a release recorded it. */
export interface RecordedStream extends StreamRef {
  readonly events: readonly RecordedEvent[];
}

/** What a release recorded: streams, and the documents that it wrote beside them, by `collection id`. */
export interface RecordedHistory {
  readonly streams: readonly RecordedStream[];
  readonly documents: Readonly<Record<string, Json>>;
}

/** The documents of a stream, as this build makes them of what was recorded: canonical JSON by `collection id`. */
export function replay({ events, ...stream }: RecordedStream, random: SeededRandom): ReadonlyMap<string, string> {
  const [category = ''] = stream.streamId.split('-');
  switch (category) {
    case 'deployment':
      return rebuildDocuments(deploymentAggregate, events, { random, stream });
    case 'execution':
      return rebuildDocuments(executionAggregate, events, { random, stream });
    case 'plan':
      return rebuildDocuments(planAggregate, events, { random, stream });
    default:
      throw new Error(`Nothing is known of streams such as ${stream.streamId}.`);
  }
}
