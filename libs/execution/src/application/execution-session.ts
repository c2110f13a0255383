import {
  eventIdOf,
  type AppendRequest,
  type CommandContext,
  type EventStore,
  type Exhausted,
  type LoadedStream,
  type StreamHead,
  type StreamRef,
} from '@caisson/event-sourcing';
import { deterministicId, Fault, isRetryable, type Clock } from '@caisson/kernel';
import { executionDecider } from '../domain/execution.decide.js';
import type { ExecutionCommand, ExecutionRejection } from '../domain/execution.commands.js';
import type { ExecutionEvent } from '../domain/execution.events.js';
import { tasksInFlight, type ExecutionState } from '../domain/execution.state.js';
import type { TaskRef } from '../domain/task.state.js';
import { CausationChain } from './causation-chain.js';
import { executionAggregate, executionStreamId } from './execution.aggregate.js';
import { holdingsOf } from './execution-quotas.js';
import { timersOf } from './wait-timers.js';

/** Somebody else may append (a cancel, mostly); more often than this in a row is not that. */
const CONFLICTS_MAX = 20;

/** Facts of one append. A decision over a large plan has more: it is recorded in parts. */
const EVENTS_PER_APPEND_MAX = 1_000;

/** Wait before an append whose answer was lost is asked again: from the first, doubling, to the second. */
const RETRY_MS_MIN = 50;
const RETRY_MS_MAX = 2_000;

/** Facts that are about to be recorded, and the state after them. */
export interface Decided {
  readonly events: readonly ExecutionEvent[];
  readonly state: ExecutionState;
}

/** What a session is opened with. */
export interface SessionOptions {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly service: string;
  readonly runId: string;
  readonly fencingToken: number;
  /** Aborted when the lease is lost: nothing may be recorded any more. */
  readonly signal: AbortSignal;
  /** Of the message that asked for the work. */
  readonly context: Omit<CommandContext, 'commandId'>;
  /** Hears of commands that no longer fit. */
  readonly onRejected?: (command: ExecutionCommand, rejection: ExecutionRejection) => void;
}

/**
 * The execution of one run in the hand of its lease holder: folded once, kept in memory, appended to with the expected
 * version and the fencing token. Not for concurrent use: one call at a time.
 */
export class ExecutionSession {
  readonly #options: SessionOptions;
  readonly #stream: StreamRef;
  #chain: CausationChain;
  #state: ExecutionState = executionDecider.initialState;
  #head: StreamHead = { version: 0, hash: '' };
  #unplaced: readonly TaskRef[] = [];
  #refusals = 0;

  private constructor(options: SessionOptions) {
    this.#options = options;
    this.#stream = { tenantId: options.context.tenantId, streamId: executionStreamId(options.runId) };
    this.#chain = new CausationChain(options.context.causationId);
  }

  /** Reads the stream and folds it. */
  static async open(options: SessionOptions): Promise<ExecutionSession> {
    const session = new ExecutionSession(options);
    await session.#load();
    return session;
  }

  get state(): ExecutionState {
    return this.#state;
  }

  get version(): number {
    return this.#head.version;
  }

  /**
   * Decides commands one after the other and records what follows from all of them in one append; commands that no
   * longer fit are left out. Decides anew when the stream moved on meanwhile. A store that is away is asked again until
   * the lease is lost. More than a thousand facts are recorded in parts, cut where `ResumeExecution` can go on.
   *
   * @param following What follows from the decision; it is recorded with it. Asked once.
   * @returns the facts that were recorded.
   * @throws Fault `fenced` when a newer holder exists, `lock-lost` when the lease was lost on the way.
   */
  async execute(
    commands: readonly ExecutionCommand[],
    following: (decided: Decided) => readonly ExecutionCommand[] = () => [],
  ): Promise<readonly ExecutionEvent[]> {
    const recorded: ExecutionEvent[] = [];
    this.#unplaced = [];
    const first = this.#decide(commands, this.#state);
    const more = following(first);
    let open: readonly ExecutionCommand[] = [...commands, ...more];
    let events: readonly ExecutionEvent[] = [...first.events, ...this.#decide(more, first.state).events];
    for (let conflicts = 0; conflicts <= CONFLICTS_MAX; conflicts += 1) {
      const parts = inParts(events);
      const { done, exhausted } = await this.#appendAll(parts);
      recorded.push(...parts.slice(0, done).flat());
      if (done === parts.length) return recorded;
      if (exhausted !== undefined) open = this.#withFewerTasks(open, { exhausted, refused: parts[done] ?? [] });
      if (done > 0) open = [...open, { type: 'ResumeExecution' }];
      ({ events } = this.#decide(open, this.#state));
    }
    throw new Fault('concurrency-conflict', `${this.#stream.streamId} changed ${CONFLICTS_MAX} times in a row`, {
      retryable: true,
    });
  }

  /** Tasks that the last `execute` did not start, because the tenant has no room for more in flight. */
  get unplaced(): readonly TaskRef[] {
    return this.#unplaced;
  }

  /** Reads what others recorded: a cancel. */
  async refresh(): Promise<void> {
    await this.#load();
  }

  /** The same commands with as many tasks fewer as there is no room for; none, when that was too many still. */
  #withFewerTasks(
    commands: readonly ExecutionCommand[],
    { exhausted, refused }: { readonly exhausted: Exhausted; readonly refused: readonly ExecutionEvent[] },
  ): readonly ExecutionCommand[] {
    const wanted = tasksInFlight(this.#after(refused)) - tasksInFlight(this.#state);
    const excess = this.#unplaced.length > 0 ? Infinity : wanted - Math.max(0, exhausted.limit - exhausted.used);
    return commands.map((command) => {
      if (command.type !== 'StartTasks') return command;
      const kept = Math.max(0, command.tasks.length - Math.max(1, excess));
      this.#unplaced = [...this.#unplaced, ...command.tasks.slice(kept)];
      return { ...command, tasks: command.tasks.slice(0, kept) };
    });
  }

  #after(events: readonly ExecutionEvent[]): ExecutionState {
    return events.reduce((current, event) => executionDecider.evolve(current, event), this.#state);
  }

  #decide(commands: readonly ExecutionCommand[], from: ExecutionState): Decided {
    const events: ExecutionEvent[] = [];
    let state = from;
    for (const command of commands) {
      const decision = executionDecider.decide(state, command);
      if (decision.outcome === 'rejected') {
        this.#options.onRejected?.(command, decision.rejection);
        continue;
      }
      for (const event of decision.events) {
        state = executionDecider.evolve(state, event);
        events.push(event);
      }
    }
    return { events, state };
  }

  /** How many of the parts were recorded; fewer than all when the stream moved on, or there was no room for tasks. */
  async #appendAll(
    parts: readonly (readonly ExecutionEvent[])[],
  ): Promise<{ readonly done: number; readonly exhausted?: Exhausted }> {
    let done = 0;
    for (const part of parts) {
      const result = await this.#append(part);
      if (result === 'conflict') return { done };
      if (result !== 'recorded') return { done, exhausted: result };
      done += 1;
    }
    return { done };
  }

  /** `conflict`: the stream moved on. It was read again; decide anew. */
  async #append(events: readonly ExecutionEvent[]): Promise<'recorded' | 'conflict' | Exhausted> {
    const state = this.#after(events);
    const request = this.#requestFor({ events, state });
    const result = await this.#untilAnswered(() => this.#options.store.append(request));
    switch (result.outcome) {
      case 'appended':
        this.#head = result.head;
        this.#state = state;
        return 'recorded';
      case 'repeated': // The first answer was lost; the stream holds exactly this.
        await this.#load();
        return 'recorded';
      case 'conflict':
        await this.#load();
        return 'conflict';
      case 'fenced':
        throw new Fault('fenced', `${this.#stream.streamId} belongs to the holder of token ${result.fencingToken}`, {
          retryable: true, // As a job: somebody else does it, and this one finds it done.
        });
      case 'exhausted':
        this.#refusals += 1; // What is asked instead is something else.
        return result;
    }
  }

  #requestFor({ events, state }: Decided): AppendRequest {
    const { clock, context, fencingToken, runId, service } = this.#options;
    const { actor, causationId, correlationId, tenantId } = context;
    // One holder is accepted or refused once at one version: the same id after a lost answer, else another one.
    const commandId = deterministicId('execution', tenantId, runId, fencingToken, this.#head.version, this.#refusals);
    const occurredAt = clock.now();
    const encoded = events.map((event, index) => {
      const cause = this.#chain.causeOf(event);
      this.#chain.add(event, eventIdOf(this.#stream, commandId, index));
      return { ...executionAggregate.encode(event), causationId: cause };
    });
    const version = this.#head.version + events.length;
    const seen = { tenantId, streamId: this.#stream.streamId, version, occurredAt, correlationId };
    const holds = holdingsOf({ before: this.#state, after: state, events });
    return {
      stream: this.#stream,
      expected: this.#head,
      fencingToken,
      context: { correlationId, causationId, actor, commandId, occurredAt, service },
      events: encoded,
      documents: executionAggregate.documents?.(state, events, seen) ?? [],
      jobs: timersOf(state, events, occurredAt),
      ...(holds.length === 0 ? {} : { holds }),
    };
  }

  async #load(): Promise<void> {
    const loaded: LoadedStream = await this.#untilAnswered(() => this.#options.store.load({ stream: this.#stream }));
    const chain = new CausationChain(this.#options.context.causationId);
    let state = executionDecider.initialState;
    for (const recorded of loaded.events) {
      const event = executionAggregate.decode(recorded);
      state = executionDecider.evolve(state, event);
      chain.add(event, recorded.eventId);
    }
    this.#chain = chain;
    this.#state = state;
    this.#head = loaded.head;
  }

  /** A lost answer is unknown, not failed: the same request again gives the answer. Ends with the lease. */
  async #untilAnswered<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    const { clock, signal } = this.#options;
    for (let waitMs = RETRY_MS_MIN; ; waitMs = Math.min(RETRY_MS_MAX, 2 * waitMs)) {
      if (signal.aborted) throw new Fault('lock-lost', 'The lease of the execution was lost.', { retryable: true });
      try {
        return await ask();
      } catch (error) {
        if (!isRetryable(error)) throw error;
        await clock.sleep(waitMs, signal);
      }
    }
  }
}

/** Cuts a long decision before facts that `ResumeExecution` finds again when they are missing. */
function inParts(events: readonly ExecutionEvent[]): readonly (readonly ExecutionEvent[])[] {
  const parts: ExecutionEvent[][] = [];
  let part: ExecutionEvent[] | undefined;
  for (const event of events) {
    const mayCut = event.type === 'TaskQueued' || event.type === 'TaskCancelled';
    if (part === undefined || (mayCut && part.length >= EVENTS_PER_APPEND_MAX)) {
      part = [];
      parts.push(part);
    }
    part.push(event);
  }
  return parts;
}
