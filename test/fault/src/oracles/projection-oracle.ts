import { deploymentAggregate } from '@caisson/deployment';
import type { RecordedEvent, StreamRef } from '@caisson/event-sourcing';
import { jsonEquals, type Json } from '@caisson/kernel';
import type { Oracle, Violation } from './oracle.js';

/** O5: the documents of a deployment are what a fresh fold of its events gives. */
export const documentsFollowFromEvents: Oracle = async ({ people, store }) => {
  const violations: Violation[] = [];
  for (const { deploymentId, tenant } of people) {
    if (deploymentId === undefined) continue;
    const stream = { tenantId: tenant, streamId: `deployment-${deploymentId}` };
    const { events } = await store.events.load({ stream });
    for (const [name, body] of rebuilt(events, stream)) {
      const [collection = '', id = ''] = name.split(' ');
      const there = await store.documents.get<Json>(tenant, collection, id);
      if (there === undefined || !jsonEquals(there.body, body)) {
        violations.push({ oracle: 'O5', what: `${name} is not what its events say` });
      }
    }
  }
  return violations;
};

function rebuilt(recorded: readonly RecordedEvent[], stream: StreamRef): ReadonlyMap<string, Json> {
  const bodies = new Map<string, Json>();
  const { decider, documents } = deploymentAggregate;
  let state = decider.initialState;
  for (const batch of commandsOf(recorded)) {
    const events = batch.map((event) => deploymentAggregate.decode(event));
    for (const event of events) state = decider.evolve(state, event);
    const last = batch.at(-1);
    if (last === undefined) continue;
    const seen = {
      ...stream,
      version: last.version,
      occurredAt: last.context.occurredAt,
      correlationId: last.context.correlationId,
    };
    for (const { body, collection, id } of documents?.(state, events, seen) ?? []) {
      bodies.set(`${collection} ${id}`, JSON.parse(JSON.stringify(body)) as Json);
    }
  }
  return bodies;
}

/** What one command recorded belongs together. */
function commandsOf(recorded: readonly RecordedEvent[]): readonly (readonly RecordedEvent[])[] {
  const batches: RecordedEvent[][] = [];
  for (const event of recorded) {
    const batch = batches.at(-1);
    if (batch?.[0]?.context.commandId === event.context.commandId) batch.push(event);
    else batches.push([event]);
  }
  return batches;
}
