import { Fault } from '@caisson/kernel';
import { Relay, type EventPublisher, type OutboxEntry } from '@caisson/event-sourcing';
import {
  createTestDatabase,
  eventually,
  newAppend,
  newEvent,
  newPrivateEvent,
  newStream,
  systemClock,
  type TestDatabase,
} from '@caisson/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from './migrate.js';
import { openEventStore, type OpenedEventStore } from './open-event-store.js';
import { publishAgain } from './publish-again.js';

describe('Relay over Postgres', () => {
  let database: TestDatabase;
  let stores: OpenedEventStore[];
  let relays: Relay[];
  beforeEach(async () => {
    database = await createTestDatabase();
    await migrate({ ownerUrl: database.url });
    stores = await Promise.all([1, 2, 3].map(() => openEventStore({ url: database.url })));
    relays = [];
  });
  afterEach(async () => {
    await Promise.all(relays.map((relay) => relay.stop()));
    await Promise.all(stores.map((store) => store.close()));
    await database.drop();
  });

  function startRelay(store: OpenedEventStore, publisher?: EventPublisher): Relay {
    const relay = new Relay({
      outbox: store.outbox,
      wakeups: store.wakeups,
      clock: systemClock,
      batchSize: 10,
      pollMs: 200,
      ...(publisher && { publisher }),
    });
    relays.push(relay);
    relay.start();
    return relay;
  }

  async function left(): Promise<number> {
    const answer = await stores[0]!.pool.query<{ rows: number }>(
      'select (select count(*) from outbox)::int + (last_global_seq - handed_seq)::int as rows from sequencer',
    );
    return answer.rows[0]!.rows;
  }

  /** Keeps the order of first arrival and counts repeats, as consumers do. */
  function topic() {
    const log: OutboxEntry[] = [];
    const seen = new Set<string>();
    let repeats = 0;
    const receive = (entries: readonly OutboxEntry[]): void => {
      for (const entry of entries) {
        if (seen.has(entry.envelope.id)) repeats += 1;
        else log.push(entry);
        seen.add(entry.envelope.id);
      }
    };
    return { log, receive, repeats: () => repeats };
  }

  it(
    'with several relays sends all of several writers, each stream in order, and has one leader',
    { timeout: 60_000 },
    async () => {
      const { log, receive, repeats } = topic();
      for (const store of stores) startRelay(store, { publish: async (entries) => receive(entries) });
      const streams = Array.from({ length: 12 }, () => newStream());
      await Promise.all(
        streams.map(async (stream, index) => {
          for (let number = 0; number < 20; number += 1) {
            const { events } = stores[index % stores.length]!;
            const { head } = await events.load({ stream });
            await events.append(newAppend({ stream, expected: head, events: [newEvent(), newPrivateEvent()] }));
          }
        }),
      );
      await eventually('everything to be sent', async () => (await left()) === 0);
      expect(repeats()).toBe(0);
      for (const stream of streams) {
        const sequences = log
          .filter((entry) => entry.envelope.subject === stream.streamId)
          .map((entry) => entry.envelope.sequence);
        expect(sequences).toEqual(Array.from({ length: 20 }, (_, index) => 2 * index + 1));
      }
    },
  );

  it(
    'killed between sending and removing repeats the same numbers and loses nothing',
    { timeout: 60_000 },
    async () => {
      const { log, receive, repeats } = topic();
      let kills = 0;
      const publisher: EventPublisher = {
        publish: async (entries) => {
          receive(entries);
          if (kills >= 5) return;
          kills += 1;
          // All that leads dies here: what it sent is not removed.
          await stores[2]!.pool.query(
            `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted
            and database = (select oid from pg_database where datname = current_database())`,
          );
        },
      };
      startRelay(stores[0]!, publisher);
      startRelay(stores[1]!, publisher);
      for (let number = 0; number < 8; number += 1) {
        await stores[2]!.events.append(newAppend({ events: [newEvent(1), newEvent(2), newEvent(3)] }));
      }
      await eventually('everything to be sent', async () => kills === 5 && (await left()) === 0, 30_000);
      expect(log.map((entry) => entry.globalSeq)).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
      expect(repeats()).toBeGreaterThan(0);
    },
  );

  it('goes on numbering while the transport is away, and then sends in order', { timeout: 60_000 }, async () => {
    const { log, receive } = topic();
    let isAway = true;
    startRelay(stores[0]!, {
      publish: async (entries) => {
        if (isAway) throw new Fault('transport-away', 'no broker', { retryable: true });
        receive(entries);
      },
    });
    for (let number = 0; number < 30; number += 1) await stores[1]!.events.append(newAppend());
    await eventually('the numbers', async () => (await stores[1]!.events.readAll(0, 100)).length === 30);
    isAway = false;
    await eventually('everything to be sent', async () => (await left()) === 0);
    expect(log.map((entry) => entry.globalSeq)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });

  it('hands over to another process when it stops', async () => {
    const { log, receive } = topic();
    const first = startRelay(stores[0]!, { publish: async (entries) => receive(entries) });
    await stores[2]!.events.append(newAppend());
    await eventually('the first to send', () => log.length === 1);
    startRelay(stores[1]!, { publish: async (entries) => receive(entries) });
    await first.stop();
    await stores[2]!.events.append(newAppend());
    await eventually('the second to send', () => log.length === 2);
  });

  it('is led by another when the leader stands still', { timeout: 40_000 }, async () => {
    const [still, next] = [stores[0]!.outbox, stores[1]!.outbox];
    let isLost = false;
    expect(await still.tryLead(() => (isLost = true))).toBe(true); // And asks nothing from now on, as if frozen.
    const asking = (): Promise<boolean> => next.tryLead(() => undefined);
    expect(await asking()).toBe(false);
    await eventually('another leader', asking, 30_000);
    await eventually('the old one to hear of it', () => isLost);
    await expect(still.next(1)).rejects.toMatchObject({ code: 'not-leading' });
  });

  it('without a transport numbers and forgets, woken by appends of other processes', async () => {
    startRelay(stores[0]!);
    await stores[1]!.events.append(newAppend({ events: [newEvent(), newPrivateEvent()] }));
    await eventually('the numbers', async () => (await stores[1]!.events.readAll(0, 9)).length === 2);
    await eventually('an empty outbox', async () => (await left()) === 0);
  });

  it('passes over private events, however many', async () => {
    const { log, receive } = topic();
    await stores[0]!.events.append(newAppend({ events: Array.from({ length: 30 }, () => newPrivateEvent()) }));
    startRelay(stores[0]!, { publish: async (entries) => receive(entries) });
    await eventually('the numbers', async () => (await left()) === 0);
    await stores[1]!.events.append(newAppend({ events: [newPrivateEvent(), newEvent(), newPrivateEvent()] }));
    await eventually('everything to be sent', async () => (await left()) === 0);
    expect(log.map((entry) => entry.globalSeq)).toEqual([32]);
  });

  describe('while relays of an earlier release still run', () => {
    /** As they ask: what they numbered stands in a table, and so does all that they send. */
    async function oldRelaySends(): Promise<readonly number[]> {
      const { pool } = stores[2]!;
      await pool.query('select sequence_events(5000)');
      const { rows } = await pool.query<{ seq: number }>(
        'select global_seq::int as seq from outgoing order by global_seq limit 500',
      );
      const numbers = rows.map(({ seq }) => seq);
      await pool.query('select forget_outgoing($1)', [numbers]);
      return numbers;
    }

    it('sends what they numbered, and they what it numbered, each once and in order', async () => {
      const { events, outbox } = stores[0]!;
      await events.append(newAppend());
      await stores[2]!.pool.query('select sequence_events(5000)'); // It dies before it sends.
      await events.append(newAppend());
      await eventually('the lead', () => outbox.tryLead(() => undefined));
      const first = await outbox.next(10);
      expect(first.map(({ globalSeq }) => globalSeq)).toEqual([1, 2]);
      await outbox.remove(first);
      await events.append(newAppend());
      expect(await outbox.next(10)).toHaveLength(1); // And is not sent.
      await events.append(newAppend({ events: [newPrivateEvent(), newEvent()] }));
      expect(await oldRelaySends()).toEqual([3, 5]);
      expect(await oldRelaySends()).toEqual([]);
      await events.append(newAppend());
      expect((await outbox.next(10)).map(({ globalSeq }) => globalSeq)).toEqual([6]);
    });
  });

  it('sends again what it is asked to, before what is newer, and nothing twice that waits anyway', async () => {
    const { events, outbox } = stores[0]!;
    await eventually('the lead', () => outbox.tryLead(() => undefined));
    await events.append(newAppend({ events: [newEvent(), newEvent()] }));
    await outbox.remove(await outbox.next(10));
    await events.append(newAppend());
    expect(await outbox.next(10)).toHaveLength(1);
    const again = { ownerUrl: database.url, context: 'deployment', fromGlobalSeq: 2 };
    expect(await publishAgain(again)).toBe(1);
    const entries = await outbox.next(10);
    expect(entries.map(({ globalSeq }) => globalSeq)).toEqual([2, 3]);
    await outbox.remove(entries);
    await events.append(newAppend());
    expect((await outbox.next(10)).map(({ globalSeq }) => globalSeq)).toEqual([4]);
  });
});
