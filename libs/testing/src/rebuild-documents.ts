import type { Aggregate, DomainEvent, RecordedEvent, StreamRef } from '@caisson/event-sourcing';
import { canonicalJson, type Json } from '@caisson/kernel';
import type { SeededRandom } from './seeded-random.js';

/** Longest batch, in commands. */
const COMMANDS_MAX = 20;

/** How often a rebuild dies after a batch and begins again at its last snapshot. */
const CRASHES = 0.2;

/** What a rebuild needs to know of a kind of stream. */
export type Rebuilt<State, Event extends DomainEvent> = Pick<
  Aggregate<State, never, Event, never>,
  'decode' | 'documents' | 'snapshots'
> & {
  readonly decider: {
    readonly initialState: State;
    readonly evolve: (state: State, event: Event) => State;
  };
};

/**
 * The read models of a stream as a fresh fold gives them, by `collection id`, as canonical JSON. In batches of chance,
 * and with deaths after which the fold goes on from a snapshot that was written and read again.
 */
export function rebuildDocuments<State, Event extends DomainEvent>(
  aggregate: Rebuilt<State, Event>,
  recorded: readonly RecordedEvent[],
  { random, stream }: { readonly random: SeededRandom; readonly stream: StreamRef },
): ReadonlyMap<string, string> {
  const { decider, documents, snapshots } = aggregate;
  const bodies = new Map<string, string>();
  let state = decider.initialState;
  for (const batch of batchesOf(recorded, random)) {
    const events = batch.map((event) => aggregate.decode(event));
    for (const event of events) state = decider.evolve(state, event);
    const last = batch.at(-1);
    if (last === undefined) continue;
    const { correlationId, occurredAt } = last.context;
    const seen = { ...stream, version: last.version, occurredAt, correlationId };
    for (const { body, collection, id } of documents?.(state, events, seen) ?? []) {
      bodies.set(`${collection} ${id}`, canonicalJson(stored(body)));
    }
    if (snapshots !== undefined && random.chance(CRASHES)) state = snapshots.restore(stored(snapshots.save(state)));
  }
  return bodies;
}

/** As it comes back from where it was kept. */
function stored(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

/** What one command recorded is never torn apart; how many of them come at once is left to chance. */
function batchesOf(recorded: readonly RecordedEvent[], random: SeededRandom): readonly (readonly RecordedEvent[])[] {
  const batches: RecordedEvent[][] = [];
  let left = 0;
  let command: string | undefined;
  for (const event of recorded) {
    const isNext = event.context.commandId !== command;
    command = event.context.commandId;
    if (isNext) left -= 1;
    if (batches.length === 0 || (isNext && left < 0)) {
      left = random.between(0, COMMANDS_MAX - 1);
      batches.push([]);
    }
    batches.at(-1)?.push(event);
  }
  return batches;
}
