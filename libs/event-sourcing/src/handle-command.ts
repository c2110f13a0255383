import { Fault, invariant, type Clock, type Decider, type Instant, type Json } from '@caisson/kernel';
import {
  NO_STREAM,
  type AppendRequest,
  type EventContext,
  type EventStore,
  type LoadedStream,
  type NewEvent,
  type RecordedEvent,
  type StreamHead,
  type StreamRef,
} from './ports/event-store.js';
import type { NewDocument } from './ports/document-store.js';
import type { NewJob } from './ports/job-queue.js';
import type { Exhausted, Holding } from './ports/quotas.js';

/** How often a command is decided anew when the stream moved on meanwhile. */
const CONFLICT_ATTEMPTS_MAX = 10;

/** A fact of a context, as its decider knows it. */
export interface DomainEvent {
  readonly type: string;
}

/** How one kind of stream is decided, stored and shown. One per aggregate, in its context's application folder. */
export interface Aggregate<State, Command, Event extends DomainEvent, Rejection> {
  /** First part of the stream id, such as `deployment`. */
  readonly category: string;
  readonly decider: Decider<State, Command, Event, Rejection>;
  /** Turns a fact into what is stored, with its public form. */
  encode(event: Event): NewEvent;
  /**
   * Turns what is stored back into a fact, older shapes included (upcasting).
   *
   * @throws InvariantViolation for a type or schema version newer than this build.
   */
  decode(recorded: RecordedEvent): Event;
  /** The read models that follow from the state, written with the events. */
  documents?(state: State, events: readonly Event[], context: DocumentContext): readonly NewDocument[];
  /** The work that follows from the events, recorded with them. */
  jobs?(events: readonly Event[], context: DocumentContext): readonly NewJob[];
  /** Set for aggregates that use up what a tenant may have only so much of. */
  readonly quotas?: QuotaPolicy<State, Event, Rejection>;
  /** Set for aggregates whose streams grow long. */
  readonly snapshots?: SnapshotPolicy<State>;
}

/** What a read model may know besides the state. */
export interface DocumentContext {
  readonly tenantId: string;
  readonly streamId: string;
  readonly version: number;
  readonly occurredAt: string;
  readonly correlationId: string;
}

/** What an append changes. */
export interface Change<State, Event> {
  readonly before: State;
  readonly after: State;
  readonly events: readonly Event[];
}

/** Which facts need a place of a quota, and what is said when there is none. */
export interface QuotaPolicy<State, Event, Rejection> {
  /** Names of quotas of which it needs a place, each at most once. */
  claims(events: readonly Event[]): readonly string[];
  /** What the stream holds from now on, where that changes. Absent: it never holds anything. */
  holds?(change: Change<State, Event>): readonly Holding[];
  refuse(exhausted: Exhausted): Rejection;
}

/** When and how the folded state is kept. */
export interface SnapshotPolicy<State> {
  /** Shape of the state; raise it when the state's type changes. */
  readonly schemaVersion: number;
  /** Kept when at least so many events were folded after the last one. */
  readonly everyEvents: number;
  save(state: State): Json;
  restore(saved: Json): State;
}

/** Who asks, and as part of which story. */
export interface CommandContext {
  readonly tenantId: string;
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly actor: string;
}

/** One command to one stream. */
export interface CommandRequest<Command> {
  /** Id without the category. */
  readonly id: string;
  readonly command: Command;
  readonly context: CommandContext;
  /** When it is judged, for commands that carry the time themselves. Default: the clock at the append. */
  readonly occurredAt?: Instant;
  readonly fencingToken?: number;
  /**
   * Whether there is hardly a stream yet: it is decided without a look. Where there is one after all, the append does
   * not fit, and it is looked at then.
   */
  readonly isNew?: boolean;
  readonly jobs?: readonly NewJob[];
}

/** What came of a command. `events` is empty when it was a repeat or already true. */
export type Handled<State, Event, Rejection> =
  | {
      readonly outcome: 'accepted';
      readonly state: State;
      readonly version: number;
      readonly events: readonly Event[];
      readonly repeated: boolean;
    }
  | { readonly outcome: 'rejected'; readonly rejection: Rejection; readonly state: State; readonly version: number };

/** What a use case needs to decide and record. */
export interface CommandRuntime {
  readonly store: EventStore;
  readonly clock: Clock;
  /** The service that decides: `api`, `planner` … */
  readonly service: string;
  /** Hears of each command that was accepted, repeats included: in which stream, and the version after it. */
  readonly onAccepted?: (stream: StreamRef, version: number) => void;
}

/** A stream folded to its state. */
export interface Folded<State> {
  readonly state: State;
  readonly head: StreamHead;
  readonly commandRecorded: boolean;
}

/**
 * Load, fold, decide, append. The only place where a decider meets the store. A repeated command id is accepted
 * and changes nothing; a conflict is decided anew, up to a limit.
 *
 * @throws Fault `concurrency-conflict` (retryable) when the stream kept moving, `fenced` when a newer lease exists,
 *   and the store's own faults.
 */
export async function handleCommand<State, Command, Event extends DomainEvent, Rejection>(
  runtime: CommandRuntime,
  aggregate: Aggregate<State, Command, Event, Rejection>,
  request: CommandRequest<Command>,
): Promise<Handled<State, Event, Rejection>> {
  const handled = await decideAndRecord(runtime, aggregate, request);
  const stream = { tenantId: request.context.tenantId, streamId: `${aggregate.category}-${request.id}` };
  if (handled.outcome === 'accepted') runtime.onAccepted?.(stream, handled.version);
  return handled;
}

async function decideAndRecord<State, Command, Event extends DomainEvent, Rejection>(
  runtime: CommandRuntime,
  aggregate: Aggregate<State, Command, Event, Rejection>,
  request: CommandRequest<Command>,
): Promise<Handled<State, Event, Rejection>> {
  for (let attempt = 1; attempt <= CONFLICT_ATTEMPTS_MAX; attempt += 1) {
    const isGuess = request.isNew === true && attempt === 1;
    const folded = isGuess ? newStream(aggregate) : await foldStream(runtime.store, aggregate, request);
    if (folded.commandRecorded) return unchanged(folded, true);
    const decision = aggregate.decider.decide(folded.state, request.command);
    const isRecorded = decision.outcome === 'accepted' && decision.events.length > 0;
    if (isGuess && !isRecorded) continue; // Only an append can tell that the guess was right.
    if (decision.outcome === 'rejected') {
      return { outcome: 'rejected', rejection: decision.rejection, state: folded.state, version: folded.head.version };
    }
    if (decision.events.length === 0) return unchanged(folded, false);
    const handled = await record(runtime, aggregate, { request, folded, events: decision.events });
    if (handled !== 'conflict') return handled;
  }
  throw new Fault(
    'concurrency-conflict',
    `${aggregate.category}-${request.id} changed ${CONFLICT_ATTEMPTS_MAX} times`,
    {
      retryable: true,
    },
  );
}

/** A stream that is not there. */
function newStream<State>({ decider }: { readonly decider: { readonly initialState: State } }): Folded<State> {
  return { state: decider.initialState, head: NO_STREAM, commandRecorded: false };
}

/** Reads a stream and folds it to its state. Keeps a snapshot when the policy says so. */
export async function foldStream<State, Command, Event extends DomainEvent, Rejection>(
  store: EventStore,
  aggregate: Aggregate<State, Command, Event, Rejection>,
  request: { readonly id: string; readonly context: Pick<CommandContext, 'tenantId'> & Partial<CommandContext> },
): Promise<Folded<State>> {
  const stream = { tenantId: request.context.tenantId, streamId: `${aggregate.category}-${request.id}` };
  const policy = aggregate.snapshots;
  const loaded = await store.load({
    stream,
    ...(request.context.commandId === undefined ? {} : { commandId: request.context.commandId }),
    ...(policy === undefined ? {} : { snapshotSchemaVersion: policy.schemaVersion }),
  });
  const state = foldLoaded(aggregate, loaded);
  if (policy !== undefined && loaded.events.length >= policy.everyEvents) {
    const snapshot = { head: loaded.head, schemaVersion: policy.schemaVersion, state: policy.save(state) };
    await store.saveSnapshot(stream, snapshot);
  }
  return { state, head: loaded.head, commandRecorded: loaded.commandRecorded };
}

/** Up to where a stream is folded: a version, or an instant. */
export type Until = { readonly version: number } | { readonly at: Instant };

/** What was there at a point of the past. */
export interface FoldedUntil<State> {
  readonly state: State;
  /** Of the last fact that was folded; 0 and empty where there was none yet. */
  readonly version: number;
  readonly occurredAt: string;
  /** How far the stream is now. */
  readonly headVersion: number;
}

/**
 * Folds a stream as far as it was at a point of the past, always from its first fact. Facts of one stream are in the
 * order of their versions whatever the clocks of services said, so an instant is where the first later fact is.
 * `about` stops at the last fact before that point that it is true of. O(events).
 */
export async function foldUntil<State, Command, Event extends DomainEvent, Rejection>(
  store: EventStore,
  aggregate: Aggregate<State, Command, Event, Rejection>,
  past: { readonly stream: StreamRef; readonly until: Until; readonly about?: (event: Event) => boolean },
): Promise<FoldedUntil<State>> {
  const { about, stream, until } = past;
  const { events: recorded, head } = await store.load({ stream });
  const isLater = (event: RecordedEvent): boolean =>
    'version' in until ? event.version > until.version : event.context.occurredAt > until.at;
  const firstLater = recorded.findIndex(isLater);
  const before = firstLater === -1 ? recorded : recorded.slice(0, firstLater);
  const facts = before.map((event) => aggregate.decode(event));
  const count = about === undefined ? facts.length : facts.findLastIndex(about) + 1;
  const { decider } = aggregate;
  return {
    state: facts.slice(0, count).reduce((state, fact) => decider.evolve(state, fact), decider.initialState),
    version: count,
    occurredAt: before[count - 1]?.context.occurredAt ?? '',
    headVersion: head.version,
  };
}

function foldLoaded<State, Command, Event extends DomainEvent, Rejection>(
  aggregate: Aggregate<State, Command, Event, Rejection>,
  loaded: LoadedStream,
): State {
  const start =
    loaded.snapshot !== undefined && aggregate.snapshots !== undefined
      ? aggregate.snapshots.restore(loaded.snapshot.state)
      : aggregate.decider.initialState;
  return loaded.events.reduce((state, event) => aggregate.decider.evolve(state, aggregate.decode(event)), start);
}

interface Decided<State, Command, Event> {
  readonly request: CommandRequest<Command>;
  readonly folded: Folded<State>;
  readonly events: readonly Event[];
}

async function record<State, Command, Event extends DomainEvent, Rejection>(
  runtime: CommandRuntime,
  aggregate: Aggregate<State, Command, Event, Rejection>,
  decided: Decided<State, Command, Event>,
): Promise<Handled<State, Event, Rejection> | 'conflict'> {
  const { request, folded, events } = decided;
  const streamId = `${aggregate.category}-${request.id}`;
  const state = events.reduce((current, event) => aggregate.decider.evolve(current, event), folded.state);
  const version = folded.head.version + events.length;
  const context: EventContext = {
    ...pickContext(request.context),
    occurredAt: request.occurredAt ?? runtime.clock.now(),
    service: runtime.service,
  };
  const { correlationId, tenantId } = request.context;
  const seen = { tenantId, streamId, version, occurredAt: context.occurredAt, correlationId };
  const documents = aggregate.documents?.(state, events, seen);
  const jobs = [...(request.jobs ?? []), ...(aggregate.jobs?.(events, seen) ?? [])];
  const appended = await runtime.store.append({
    stream: { tenantId, streamId },
    expected: folded.head,
    context,
    events: events.map((event) => aggregate.encode(event)),
    ...(request.fencingToken === undefined ? {} : { fencingToken: request.fencingToken }),
    ...(documents === undefined ? {} : { documents }),
    ...(jobs.length === 0 ? {} : { jobs }),
    ...needed(aggregate, { events, before: folded.state, after: state }),
  });
  switch (appended.outcome) {
    case 'appended':
      invariant(appended.head.version === version, `${streamId} is at ${appended.head.version}, not ${version}`);
      return { outcome: 'accepted', state, version, events, repeated: false };
    case 'fenced':
      throw new Fault('fenced', `${streamId} belongs to the holder of token ${appended.fencingToken}`, {
        retryable: false,
      });
    case 'exhausted':
      return refused(aggregate, folded, appended);
    case 'conflict':
    case 'repeated': // Loading again tells that the command is recorded.
      return 'conflict';
  }
}

function needed<State, Command, Event extends DomainEvent, Rejection>(
  { quotas }: Aggregate<State, Command, Event, Rejection>,
  change: Change<State, Event>,
): Pick<AppendRequest, 'claims' | 'holds'> {
  const claims = quotas?.claims(change.events) ?? [];
  const holds = quotas?.holds?.(change) ?? [];
  return { ...(claims.length === 0 ? {} : { claims }), ...(holds.length === 0 ? {} : { holds }) };
}

function refused<State, Command, Event extends DomainEvent, Rejection>(
  aggregate: Aggregate<State, Command, Event, Rejection>,
  { head, state }: Folded<State>,
  exhausted: Exhausted,
): Handled<State, Event, Rejection> {
  invariant(aggregate.quotas !== undefined, `${aggregate.category} claims nothing and was refused ${exhausted.quota}`);
  return { outcome: 'rejected', rejection: aggregate.quotas.refuse(exhausted), state, version: head.version };
}

function unchanged<State>(folded: Folded<State>, repeated: boolean) {
  return { outcome: 'accepted', state: folded.state, version: folded.head.version, events: [], repeated } as const;
}

function pickContext(context: CommandContext) {
  const { correlationId, causationId, actor, commandId } = context;
  return { correlationId, causationId, actor, commandId };
}
