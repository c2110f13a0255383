import { hideUrlSecrets, parseEventType, type HistoryEntry, type PublicEvent } from '@caisson/contracts';
import { layersOf, type JsonObject } from '@caisson/kernel';

/** The streams of other services that a deployment's own facts speak of, oldest first. */
export function relatedStreams(own: readonly PublicEvent[]): readonly string[] {
  return own.flatMap((event) => {
    const data = event.data as { readonly runId?: string; readonly scanId?: string };
    switch (parseEventType(event.type)?.fact) {
      case 'run-requested':
        return [`plan-${data.runId ?? ''}`, `execution-${data.runId ?? ''}`];
      case 'drift-scan-requested':
        return [`scan-${data.scanId ?? ''}`];
      default:
        return [];
    }
  });
}

/** The facts of elsewhere that runs were requested because of, such as a delivery; oldest first. */
export function outsideCauses(shown: readonly PublicEvent[]): readonly string[] {
  const known = new Set(shown.map(({ id }) => id));
  const requests = shown.filter(({ type }) => parseEventType(type)?.fact === 'run-requested');
  const causes = new Set(requests.map(({ causationId }) => causationId));
  return [...causes].filter((id) => !known.has(id));
}

/**
 * Facts of several streams as one story. By time, but facts of one stream keep their order and no fact comes before the
 * one that caused it, whatever the clocks of the services said. O(n log n).
 */
export function orderHistory(events: readonly PublicEvent[]): readonly HistoryEntry[] {
  const before = predecessorsOf(events);
  const from = Int32Array.from(before.flat());
  const to = Int32Array.from(before.flatMap((predecessors, index) => predecessors.map(() => index)));
  const layering = layersOf({ nodeCount: events.length, from, to });
  const layers = layering.outcome === 'layered' ? layering.layers : [events.map((_event, index) => index)];
  const places: Place[] = [];
  const times: string[] = [];
  for (const [layer, indexes] of layers.entries()) {
    for (const index of indexes) {
      const event = events[index];
      if (event === undefined) continue;
      const time = latest([event.time, ...(before[index] ?? []).map((cause) => times[cause] ?? '')]);
      times[index] = time;
      places.push({ event, time, layer });
    }
  }
  return places.sort(byPlace).map(({ event }) => toEntry(event));
}

interface Place {
  readonly event: PublicEvent;
  /** Not before any predecessor's. */
  readonly time: string;
  readonly layer: number;
}

/** For each event the indexes of its cause and of the event before it in its stream, where they are shown. */
function predecessorsOf(events: readonly PublicEvent[]): readonly (readonly number[])[] {
  const byId = new Map(events.map(({ id }, index) => [id, index]));
  const before = previousInStream(events);
  return events.map(({ causationId, id }, index) => {
    const cause = causationId === id ? undefined : byId.get(causationId);
    return [cause, before.get(index)].filter((found) => found !== undefined);
  });
}

/** Versions may have gaps: private facts are not shown. */
function previousInStream(events: readonly PublicEvent[]): ReadonlyMap<number, number> {
  const previous = new Map<number, number>();
  const last = new Map<string, number>();
  const bySequence = events.map(({ sequence, subject }, index) => ({ sequence, subject, index }));
  for (const { index, subject } of bySequence.sort((left, right) => left.sequence - right.sequence)) {
    const before = last.get(subject);
    if (before !== undefined) previous.set(index, before);
    last.set(subject, index);
  }
  return previous;
}

function latest(times: readonly string[]): string {
  return times.reduce((left, right) => (left < right ? right : left));
}

function byPlace(left: Place, right: Place): number {
  if (left.time !== right.time) return left.time < right.time ? -1 : 1;
  if (left.layer !== right.layer) return left.layer - right.layer;
  return left.event.subject < right.event.subject ? -1 : 1;
}

function toEntry(event: PublicEvent): HistoryEntry {
  const { actor, causationId, correlationId, data, id, sequence, source, subject, time, type } = event;
  const shown = hideUrlSecrets(data as JsonObject) as JsonObject;
  return { id, type, source, subject, sequence, time, actor, correlationId, causationId, data: shown };
}
