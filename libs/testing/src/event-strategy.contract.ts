import { randomUUID } from 'node:crypto';
import { decodeEvent, type PublicEvent } from '@caisson/contracts';
import {
  NO_STREAM,
  type ConsumerStore,
  type Delivery,
  type EventStore,
  type JobQueue,
  type NewEvent,
  type StreamHead,
  type StreamRef,
} from '@caisson/event-sourcing';
import { Fault } from '@caisson/kernel';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newContext, newEvent, newPrivateEvent, newStream } from './appends.js';
import { eventually } from './eventually.js';

/** What a handler of the test does; whatever an `@EventPattern` method may give back. */
export type TestHandler = (event: PublicEvent, delivery: Delivery) => unknown;

/** A consumer that runs in the test's process, behind Nest, with one handler for the topic of deployments. */
export interface RunningStrategy {
  health(): { readonly ready: boolean; readonly alive: boolean };
  stop(): Promise<void>;
}

/** A strategy to test, over a real store and its real transport. */
export interface EventStrategyFixture {
  readonly events: EventStore;
  readonly consumers: ConsumerStore;
  readonly jobs: JobQueue;
  /** Numbers what was appended and lets it travel; `times` says how often the transport gets it. */
  carry(times?: number): Promise<void>;
  /** Numbers what was appended and loses it on the way: the transport never hears of it. */
  lose(): Promise<void>;
  /** Starts a consumer of this name. A sweep comes at least every second. */
  start(consumer: string, handle: TestHandler): Promise<RunningStrategy>;
  close(): Promise<void>;
}

const QUEUE = 'effects';

/** One consumer in one test: what it was given and what took effect. */
class Scene {
  /** `<stream id>@<version>` in the order in which the handler was called; repeats included. */
  readonly calls: string[] = [];
  readonly consumer = `test-${randomUUID()}`;
  readonly tenantId = randomUUID();
  readonly #fixture: EventStrategyFixture;
  readonly #heads = new Map<string, StreamHead>();
  readonly #running: RunningStrategy[] = [];

  constructor(fixture: EventStrategyFixture) {
    this.#fixture = fixture;
  }

  newStream(): StreamRef {
    return newStream(this.tenantId);
  }

  /** Appends facts behind what the scene appended before. */
  async append(stream: StreamRef, ...events: readonly NewEvent[]): Promise<void> {
    const expected = this.#heads.get(stream.streamId) ?? NO_STREAM;
    const result = await this.#fixture.events.append({ stream, expected, context: newContext(), events });
    if (result.outcome !== 'appended') throw new Error(`append was answered with ${result.outcome}`);
    this.#heads.set(stream.streamId, result.head);
  }

  /** Starts the consumer. Each event that is handled leaves one job; other tests' events are passed over. */
  async start(handle: TestHandler = () => undefined): Promise<RunningStrategy> {
    const running = await this.#fixture.start(this.consumer, (event, delivery) => {
      if (event.tenantId !== this.tenantId) return undefined;
      this.calls.push(`${event.subject}@${event.sequence}`);
      delivery.enqueue({
        queue: `${QUEUE}-${this.tenantId}`,
        key: `${event.subject}@${event.sequence}`,
        payload: null,
      });
      return handle(event, delivery);
    });
    this.#running.push(running);
    return running;
  }

  callsOf(stream: StreamRef): readonly number[] {
    return this.calls
      .filter((call) => call.startsWith(`${stream.streamId}@`))
      .map((call) => Number(call.split('@')[1]));
  }

  /** Waits until the consumer is past a version of a stream. */
  async applied(stream: StreamRef, version: number): Promise<void> {
    await eventually(`${this.consumer} at version ${version}`, async () => (await this.positionOf(stream)) >= version);
  }

  positionOf(stream: StreamRef): Promise<number> {
    return this.#fixture.consumers.transact(this.consumer, [stream], (transaction) =>
      Promise.resolve(transaction.position(stream).lastVersion),
    );
  }

  /** The jobs that took effect, sorted. */
  async effects(): Promise<readonly string[]> {
    const claim = { queue: `${QUEUE}-${this.tenantId}`, worker: 'test', limit: 1000, leaseMs: 60_000 };
    return (await this.#fixture.jobs.claim(claim)).map((job) => job.key).sort();
  }

  async end(): Promise<void> {
    await Promise.all(this.#running.map((running) => running.stop()));
  }
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function allOf(streams: readonly StreamRef[], count: number): readonly string[] {
  return streams.flatMap(({ streamId }) => upTo(count).map((version) => `${streamId}@${version}`)).sort();
}

/** What every way of bringing events to handlers promises. Run it from the adapter's specs. */
export function describeEventStrategyContract(name: string, createFixture: () => Promise<EventStrategyFixture>): void {
  describe(`${name} keeps the event strategy contract`, () => {
    let fixture: EventStrategyFixture;
    let scene: Scene;
    const scenes: Scene[] = [];
    const begin = (): Scene => {
      scene = new Scene(fixture);
      scenes.push(scene);
      return scene;
    };
    beforeAll(async () => {
      fixture = await createFixture();
    });
    afterEach(async () => {
      await Promise.all(scenes.splice(0).map((ended) => ended.end()));
    });
    afterAll(() => fixture.close());

    describe('delivery', () => {
      it('is in order per stream, each event once, however many streams there are', async () => {
        begin();
        const streams = upTo(6).map(() => scene.newStream());
        await scene.start();
        for (let version = 1; version <= 20; version += 1) {
          await Promise.all(streams.map((stream) => scene.append(stream, newEvent(version))));
          if (version % 5 === 0) await fixture.carry();
        }
        for (const stream of streams) await scene.applied(stream, 20);
        for (const stream of streams) expect(scene.callsOf(stream)).toEqual(upTo(20));
        expect(await scene.effects()).toEqual(allOf(streams, 20));
      });

      it('hands over the event as it was recorded', async () => {
        begin();
        const stream = scene.newStream();
        const received: PublicEvent[] = [];
        await scene.start((event, delivery) => {
          received.push(event);
          expect(delivery.consumer).toBe(scene.consumer);
        });
        await scene.append(stream, newEvent('größer'));
        await fixture.carry();
        await scene.applied(stream, 1);
        const [recorded] = (await fixture.events.load({ stream })).events;
        expect(received).toEqual([
          {
            id: recorded?.eventId,
            type: 'caisson.deployment.deployment-changed.v1',
            source: '/caisson/test',
            subject: stream.streamId,
            time: recorded?.context.occurredAt,
            tenantId: stream.tenantId,
            correlationId: recorded?.context.correlationId,
            causationId: recorded?.context.causationId,
            actor: recorded?.context.actor,
            sequence: 1,
            data: { label: 'größer' },
          },
        ]);
      });

      it('that repeats itself changes nothing', async () => {
        begin();
        const streams = [scene.newStream(), scene.newStream()];
        await scene.start();
        for (const stream of streams) await scene.append(stream, ...upTo(5).map((label) => newEvent(label)));
        await fixture.carry(3);
        for (const stream of streams) await scene.applied(stream, 5);
        await scene.append(streams[0] as StreamRef, newEvent('last')); // Behind the repeats in its partition.
        await fixture.carry();
        await scene.applied(streams[0] as StreamRef, 6);
        expect(scene.callsOf(streams[0] as StreamRef)).toEqual(upTo(6));
        expect(scene.callsOf(streams[1] as StreamRef)).toEqual(upTo(5));
      });

      it('begins with the first event for a new consumer, and knows no holes where facts are private', async () => {
        begin();
        const stream = scene.newStream();
        await scene.append(stream, newEvent(1), newPrivateEvent(), newPrivateEvent(), newEvent(4));
        await fixture.carry();
        await scene.start();
        await scene.applied(stream, 4);
        expect(scene.callsOf(stream)).toEqual([1, 4]);
      });

      it('of a fact that nobody knows yet is acknowledged', async () => {
        begin();
        const stream = scene.newStream();
        const unknown = { ...newEvent(), publicForm: { type: 'caisson.deployment.moved-to-the-moon.v1' } };
        await scene.start((event) => {
          if (event.sequence === 1) expect(decodeEvent('deployment', event)).toBeUndefined();
        });
        await scene.append(stream, unknown, newEvent(2));
        await fixture.carry();
        await scene.applied(stream, 2);
        expect(await fixture.consumers.parked(scene.consumer)).toEqual([]);
      });
    });

    describe('what was lost on the way', () => {
      it('before a later event is read from the store first', async () => {
        begin();
        const stream = scene.newStream();
        await scene.start();
        await scene.append(stream, newEvent(1));
        await fixture.carry();
        await scene.applied(stream, 1);
        await scene.append(stream, newEvent(2), newEvent(3));
        await fixture.lose();
        await scene.append(stream, newEvent(4));
        await fixture.carry();
        await scene.applied(stream, 4);
        expect(scene.callsOf(stream)).toEqual(upTo(4));
      });

      it('at the end of a stream is found by the sweep', async () => {
        begin();
        const stream = scene.newStream();
        await scene.start();
        await scene.append(stream, newEvent(1), newEvent(2));
        await fixture.lose();
        await scene.applied(stream, 2);
        expect(scene.callsOf(stream)).toEqual([1, 2]);
      });
    });

    describe('a handler', () => {
      it('that fails for a while is called again; nothing overtakes within its stream', async () => {
        begin();
        const [weak, strong] = [scene.newStream(), scene.newStream()] as const;
        let failures = 0;
        await scene.start((event) => {
          if (event.subject !== weak.streamId || event.sequence !== 2 || failures === 4) return;
          failures += 1;
          throw new Fault('busy', 'later', { retryable: true });
        });
        await scene.append(weak, newEvent(1), newEvent(2), newEvent(3));
        await scene.append(strong, newEvent(1), newEvent(2));
        await fixture.carry();
        await scene.applied(weak, 3);
        await scene.applied(strong, 2);
        const calls = scene.callsOf(weak);
        expect(calls.indexOf(3)).toBeGreaterThan(calls.lastIndexOf(2));
        expect(await scene.effects()).toEqual([...allOf([weak], 3), ...allOf([strong], 2)].sort());
      });

      it('that keeps failing holds up its own stream only, also over a restart', async () => {
        begin();
        const weak = scene.newStream();
        let isBroken = true;
        const handle: TestHandler = (event) => {
          if (isBroken && event.subject === weak.streamId) throw new Fault('busy', 'later', { retryable: true });
        };
        const first = await scene.start(handle);
        await scene.append(weak, newEvent(1), newEvent(2));
        await fixture.carry();
        for (let round = 0; round < 5; round += 1) {
          const other = scene.newStream();
          await scene.append(other, newEvent(1));
          await fixture.carry();
          await scene.applied(other, 1);
        }
        expect(await scene.positionOf(weak)).toBe(0);
        await first.stop();
        isBroken = false;
        await scene.start(handle);
        await scene.applied(weak, 2);
        expect(await fixture.consumers.parked(scene.consumer)).toEqual([]);
      });

      it('that cannot handle an event parks the stream of it and no other, until it is released', async () => {
        begin();
        const streams = upTo(5).map(() => scene.newStream());
        const poisoned = streams[0] as StreamRef;
        let isBroken = true;
        await scene.start((event) => {
          if (isBroken && event.subject === poisoned.streamId && event.sequence === 2) {
            throw new Fault('bad-plan', 'this cannot be', { retryable: false });
          }
        });
        for (const stream of streams) await scene.append(stream, newEvent(1), newEvent(2), newEvent(3));
        await fixture.carry();
        for (const stream of streams.slice(1)) await scene.applied(stream, 3);
        const parked = await eventually('a parked stream', async () => {
          const found = await fixture.consumers.parked(scene.consumer);
          return found.length > 0 && found;
        });
        expect(parked).toEqual([{ ...poisoned, fromVersion: 2, reason: 'bad-plan: this cannot be' }]);
        expect(await scene.positionOf(poisoned)).toBe(1);
        isBroken = false;
        await fixture.consumers.unpark(scene.consumer, poisoned);
        await scene.append(poisoned, newEvent(4));
        await fixture.carry();
        await scene.applied(poisoned, 4);
        expect(await scene.effects()).toEqual([...allOf(streams, 3), `${poisoned.streamId}@4`].sort());
      });

      it.each([
        ['TypeError', () => (undefined as unknown as { plan: object }).plan],
        ['RangeError', () => 'x'.repeat(-1)],
        [
          'string',
          () => {
            // eslint-disable-next-line @typescript-eslint/only-throw-error -- libraries do that.
            throw 'a text';
          },
        ],
      ])('with a bug (%s) parks the stream and consumption goes on', async (kind, fail) => {
        begin();
        const [bad, good] = [scene.newStream(), scene.newStream()] as const;
        const running = await scene.start((event) => (event.subject === bad.streamId ? fail() : undefined));
        await scene.append(bad, newEvent(1));
        await fixture.carry();
        const [parked] = await eventually('a parked stream', async () => {
          const found = await fixture.consumers.parked(scene.consumer);
          return found.length > 0 && found;
        });
        expect(parked?.reason).toContain(kind);
        await scene.append(good, newEvent(1));
        await fixture.carry();
        await scene.applied(good, 1);
        expect(running.health()).toMatchObject({ ready: true, alive: true });
      });
    });

    describe('a consumer', () => {
      it('goes on after a restart where it stopped', async () => {
        begin();
        const stream = scene.newStream();
        const first = await scene.start();
        await scene.append(stream, newEvent(1), newEvent(2));
        await fixture.carry();
        await scene.applied(stream, 2);
        await first.stop();
        await scene.append(stream, newEvent(3));
        await fixture.carry();
        await scene.start();
        await scene.applied(stream, 3);
        expect(scene.callsOf(stream)).toEqual([1, 2, 3]);
      });

      it('in two processes applies everything once in sum', async () => {
        begin();
        const streams = upTo(8).map(() => scene.newStream());
        await Promise.all([scene.start(), scene.start()]);
        for (let version = 1; version <= 10; version += 1) {
          await Promise.all(streams.map((stream) => scene.append(stream, newEvent(version))));
          await fixture.carry();
        }
        for (const stream of streams) await scene.applied(stream, 10);
        for (const stream of streams) expect(scene.callsOf(stream)).toEqual(upTo(10));
        expect(await scene.effects()).toEqual(allOf(streams, 10));
      });

      it('becomes ready, and takes nothing new once it is stopped', async () => {
        begin();
        const stream = scene.newStream();
        const running = await scene.start();
        await eventually('readiness', () => running.health().ready);
        expect(running.health().alive).toBe(true);
        await running.stop();
        await scene.append(stream, newEvent(1));
        await fixture.carry();
        const other = new Scene(fixture);
        scenes.push(other);
        const witness = other.newStream();
        await other.start();
        await other.append(witness, newEvent(1));
        await fixture.carry();
        await other.applied(witness, 1);
        expect(scene.calls).toEqual([]);
      });
    });
  });
}
