import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { PublicEvent } from '@caisson/contracts';
import {
  EventConsumer,
  type ConsumerObserver,
  type ConsumerStore,
  type Delivery,
  type Lag,
  type PageResult,
  type Parking,
  type Wakeups,
} from '@caisson/event-sourcing';
import { Fault, InvariantViolation, messageOf, type Clock } from '@caisson/kernel';
import type { HandlerTypes } from './events-of.js';
import type { Log } from './log.js';
import { topicOfType } from './partition-batches.js';

/** How a consumer is, told from memory without asking anybody. */
export interface StrategyHealth {
  /** Events arrive now by the fast way. Where it is false the sweep still applies them, later. */
  readonly ready: boolean;
  /** False: it does not recover by itself, and only a restart of the process helps. */
  readonly alive: boolean;
  /** For people: what it waits for or when it last moved. */
  readonly detail: string;
}

/** Hears what happens in a strategy, to count it. Must not throw. */
export interface StrategyObserver extends ConsumerObserver {
  /** A page could not be applied and is tried again. */
  pageFailed(consumer: string, error: unknown): void;
  /** A message that is not an event of ours was passed over. */
  messageMalformed(consumer: string, topic: string): void;
  /** The sweep found events that Kafka had not brought. */
  sweepApplied(consumer: string, count: number): void;
}

/** What every strategy needs. */
export interface EventStrategyOptions {
  /** The service that consumes. Positions and the consumer group have its name. */
  readonly service: string;
  readonly consumerStore: ConsumerStore;
  readonly wakeups: Wakeups;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer?: Partial<StrategyObserver>;
  /** Runs the handling of an event in surroundings of its own, such as its story for the log. */
  readonly around?: (event: PublicEvent, work: () => Promise<void>) => Promise<void>;
}

/**
 * Brings events to ordinary Nest methods. What differs between strategies is only how they hear of events; effects come
 * about in `EventConsumer.applyPage`. A service registers `PassErrorsOn` beside it.
 *
 * ```ts
 * @EventsOf({ planning: ['plan-computed'] }) // `@EventPattern` with the topic of the context.
 * consume(@Payload() event: PublicEvent, @Ctx() delivery: Delivery): Promise<void> { … }
 * ```
 */
export abstract class EventStrategy extends Server implements CustomTransportStrategy {
  /** Nest: failures of handlers are ours to deal with, it need not log them. */
  override readonly propagatesEventHandlerErrors = true;
  protected readonly log: Log;
  readonly #options: EventStrategyOptions;

  constructor(options: EventStrategyOptions) {
    super();
    this.#options = options;
    this.log = options.log;
  }

  /** For probes. */
  abstract health(): StrategyHealth;

  /** The topics that handlers were registered for. */
  protected get topics(): readonly string[] {
    return [...this.messageHandlers.keys()];
  }

  protected get observer(): Partial<StrategyObserver> {
    return this.#options.observer ?? {};
  }

  /** Starts to consume, once Nest has registered the handlers. Must not wait for a transport that is away. */
  protected abstract start(consumer: EventConsumer): void;

  override listen(callback: (error?: unknown) => unknown): void {
    const { service, consumerStore, wakeups, clock } = this.#options;
    const unused = this.topics.filter((topic) => !topic.startsWith('caisson.'));
    if (unused.length > 0) {
      callback(new InvariantViolation(`handlers for ${unused.join(', ')}, which are no topics of Caisson`));
      return;
    }
    this.start(
      new EventConsumer({
        consumer: service,
        store: consumerStore,
        wakeups,
        clock,
        ...this.#handledTypes(),
        handle: (event, delivery) => this.#handle(event, delivery),
        observer: {
          pageApplied: (consumer, result) => this.pageApplied(consumer, result),
          streamBehind: (consumer, lag) => this.#streamBehind(consumer, lag),
          streamParked: (consumer, parking) => this.#streamParked(consumer, parking),
        },
      }),
    );
    callback();
  }

  /** Nest's hook for transport events: there are none; `health` tells how it is. */
  override on(): void {
    throw new InvariantViolation('this transport has no events; ask health()');
  }

  /** Nest's hook for the driver: it stays inside, since using it would break the promises of this class. */
  override unwrap<T>(): T {
    throw new InvariantViolation('the driver of this transport is not handed out');
  }

  protected pageApplied(consumer: string, result: PageResult): void {
    this.observer.pageApplied?.(consumer, result);
  }

  protected pageFailed(error: unknown, failures: number): void {
    this.observer.pageFailed?.(this.#options.service, error);
    const fields = { error, failures };
    this.log.warn(fields, 'events could not be applied; trying again');
  }

  #streamBehind(consumer: string, lag: Lag): void {
    const { id: eventId, subject: streamId, sequence, tenantId } = lag.event;
    const fields = { eventId, streamId, sequence, tenantId, tries: lag.tries, error: lag.error };
    this.log.warn(fields, 'event cannot be handled now; its stream waits for another try');
    this.observer.streamBehind?.(consumer, lag);
  }

  #streamParked(consumer: string, { event, reason, error }: Parking): void {
    const { id: eventId, type, subject: streamId, sequence, tenantId } = event;
    this.log.error(
      { eventId, type, streamId, sequence, tenantId, reason, error },
      'event cannot be handled; its stream waits until somebody releases it',
    );
    this.observer.streamParked?.(consumer, { event, reason, error });
  }

  /** Nothing when a handler takes all of its topics. */
  #handledTypes(): { readonly types?: ReadonlySet<string> } {
    const named = [...this.messageHandlers.values()].map(
      (handler) => (handler.extras as HandlerTypes | undefined)?.types,
    );
    const isWhole = named.includes(undefined);
    return isWhole ? {} : { types: new Set(named.flatMap((types) => types ?? [])) };
  }

  async #handle(event: PublicEvent, delivery: Delivery): Promise<void> {
    const topic = topicOfType(event.type);
    const handler = topic === undefined ? undefined : this.messageHandlers.get(topic);
    if (handler === undefined) return; // A stream of ours may hold facts of a context that we do not follow.
    const around = this.#options.around ?? ((_event, work) => work());
    await around(event, async () => {
      try {
        const answer: unknown = await handler(event, delivery);
        if (isObservable(answer)) await lastValueFrom(answer, { defaultValue: undefined });
      } catch (error) {
        throw isHiddenByNest(error) ? causeIsHidden(error) : error;
      }
    });
  }
}

/** Nest's default for errors of message handlers: a plain object without the cause. */
function isHiddenByNest(error: unknown): error is { readonly message: unknown } {
  return typeof error === 'object' && error !== null && !(error instanceof Error) && 'status' in error;
}

function causeIsHidden(error: { readonly message: unknown }): Fault {
  const text = `A handler failed (${messageOf(error.message)}). Register PassErrorsOn on the microservice to see why.`;
  return new Fault('handler-failed', text, { retryable: true });
}
