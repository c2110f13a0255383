import pg from 'pg';
import { topicOf } from '@caisson/contracts';
import { Relay } from '@caisson/event-sourcing';
import { migrate, openEventStore } from '@caisson/event-store-postgres';
import { createTopics, KafkaEventPublisher } from '@caisson/messaging-kafka';
import { systemClock } from '@caisson/service';
import kafkajs from 'kafkajs';
import { missingKafka, startBenchKafka, type BenchKafka } from '../harness/bench-kafka.js';
import { queryOnce, startBenchServer, type BenchServer } from '../harness/bench-server.js';
import { ratio, type Contest, type Figures, type Goal, type Side } from '../harness/goal.js';
import { runOpenLoop } from '../harness/open-loop.js';
import { latencyFigures } from '../harness/statistics.js';
import { appender } from './append-sides.js';
import { Arrivals } from './p9-arrivals.js';
import { machineMs } from './p9-messages.js';
import { QUIET_LOG } from './quiet-log.js';
import { SAMPLE_DATA } from './sample-event.js';

const STREAMS = 50;
const RATES = [100, 200];
const ARRIVAL_MS_MAX = 15_000;
const FLOOR_ARRIVAL_MS_MAX = 2_000;
const FLOOR_TOPIC = 'bench.floor';

/** Something that commits one event of a stream; the next call of the same stream comes after it. */
interface Source {
  readonly name: string;
  /** Names of this slice's streams, and how to commit to them. */
  begin(run: number): {
    readonly streamOf: (caller: number) => string;
    readonly commit: (caller: number) => Promise<void>;
  };
  readonly arrivals: Arrivals;
  /** Whether an event that is lost or turned round makes the slice worthless. */
  readonly isStrict: boolean;
  close(): Promise<void>;
}

/** P9: commit → the start of the handler in another service, over a real broker. */
export const commitToHandler: Goal = {
  id: 'P9',
  title: 'commit → handler in another service, 100 and 200 events/s',
  sliceMs: 5_000,
  missing: missingKafka,
  prepare: async (): Promise<Contest> => {
    const [server, kafka] = await Promise.all([startBenchServer(), startBenchKafka()]);
    const floor = await floorSource(server, kafka);
    const ours = await ourSource(server, kafka);
    const sides = RATES.flatMap((rate) => [floor, ours].map((source) => sideAt(source, rate)));
    return {
      sides,
      comparisons: RATES.flatMap((rate) => {
        const [name, under] = [`${ours.name}, ${rate}/s`, `${floor.name}, ${rate}/s`];
        return [
          { title: `p50 ÷ floor at ${rate}/s`, of: ratio('p50Ms', name, under), atLeast: false, gate: 2, goal: 1.5 },
          { title: `p99 ÷ floor at ${rate}/s`, of: ratio('p99Ms', name, under), atLeast: false, gate: 3, goal: 2 },
        ];
      }),
      notes: [
        'Floor: insert + NOTIFY, a relay on LISTEN, one awaited kafkajs send, a bare consumer that keeps nothing.',
        'Generator and relay share a process, the consumer has its own. A sample runs from the answer of the commit ' +
          'to the start of the handler. A slice of ours counts only if every event arrived, in order per stream.',
        'The floor reads upwards over a serial, which loses what commits late; it is the floor of time, not of truth.',
      ],
      close: async () => {
        await floor.close();
        await ours.close();
        await Promise.all([server.stop(), kafka.stop()]);
      },
    };
  },
};

function sideAt(source: Source, rate: number): Side {
  let run = 0;
  return {
    name: `${source.name}, ${rate}/s`,
    measure: async (sliceMs) => {
      run += 1;
      return measureSource(source, { rate, sliceMs, run: run * 1000 + rate });
    },
  };
}

async function measureSource(
  source: Source,
  slice: { readonly rate: number; readonly sliceMs: number; readonly run: number },
): Promise<Figures> {
  const { streamOf, commit } = source.begin(slice.run);
  const committed: { stream: string; version: number; atMs: number }[] = [];
  const turns = new Array<Promise<void>>(STREAMS).fill(Promise.resolve());
  const loop = await runOpenLoop({
    ratePerS: slice.rate,
    durationMs: slice.sliceMs,
    offer: (index) => {
      const caller = index % STREAMS;
      const version = Math.floor(index / STREAMS) + 1;
      const turn = (turns[caller] ?? Promise.resolve()).then(async () => {
        await commit(caller);
        committed.push({ stream: streamOf(caller), version, atMs: machineMs() });
      });
      turns[caller] = turn;
      return turn;
    },
  });
  const deadline = performance.now() + (source.isStrict ? ARRIVAL_MS_MAX : FLOOR_ARRIVAL_MS_MAX);
  const missing = (): number =>
    committed.filter(({ stream, version }) => source.arrivals.atMs(stream, version) === undefined).length;
  while (missing() > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  const [lost, turnedRound] = [missing(), source.arrivals.takeInversions()];
  if (source.isStrict && lost > 0) throw new Error(`${lost} of ${loop.offered} events did not arrive`);
  if (source.isStrict && turnedRound > 0) throw new Error(`${turnedRound} events came out of order`);
  const samples = committed.flatMap(({ stream, version, atMs }) => {
    const arrivedMs = source.arrivals.atMs(stream, version);
    return arrivedMs === undefined ? [] : [arrivedMs - atMs];
  });
  return { ...latencyFigures(samples), ...loop, lost, turnedRound };
}

/** Ours: store, relay and publisher here; the consumer is a service of its own. */
async function ourSource(server: BenchServer, kafka: BenchKafka): Promise<Source> {
  const url = await server.createDatabase('caisson');
  await migrate({ ownerUrl: url });
  const store = await openEventStore({ url });
  const publisher = new KafkaEventPublisher({ brokers: kafka.brokers, log: QUIET_LOG });
  await createTopics({ brokers: kafka.brokers, log: QUIET_LOG, clientId: 'bench' });
  const relay = new Relay({ outbox: store.outbox, wakeups: store.wakeups, clock: systemClock, publisher });
  relay.start();
  const topic = topicOf('execution');
  const arrivals = new Arrivals({ kind: 'ours', brokers: kafka.brokers, databaseUrl: url, topic });
  return {
    name: 'Caisson',
    isStrict: true,
    begin: (run) => ({ streamOf: (caller) => `bench-${run}-${caller}`, commit: appender(store, STREAMS, run) }),
    arrivals,
    close: async () => {
      await arrivals.stop();
      await relay.stop();
      await publisher.close();
      await store.close();
    },
  };
}

/** FL5: the same way with nothing in it. */
async function floorSource(server: BenchServer, kafka: BenchKafka): Promise<Source> {
  const url = await server.createDatabase('floor');
  await queryOnce(
    url,
    'create table bare (id bigint generated always as identity primary key, stream text, body json)',
  );
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  pool.on('error', () => undefined);
  await createTopics({
    brokers: kafka.brokers,
    log: QUIET_LOG,
    clientId: 'bench',
    topics: [{ name: FLOOR_TOPIC, partitions: 6, retentionMs: 3_600_000 }],
  });
  const client = new kafkajs.Kafka({
    clientId: 'floor',
    brokers: [...kafka.brokers],
    logLevel: kafkajs.logLevel.ERROR,
  });
  const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  const stopRelay = await startBareRelay(url, producer);
  const arrivals = new Arrivals({ kind: 'bare', brokers: kafka.brokers, databaseUrl: url, topic: FLOOR_TOPIC });
  const insert = "with row as (insert into bare (stream, body) values ($1, $2)) select pg_notify('bare', '')";
  return {
    name: 'floor',
    isStrict: false,
    begin: (run) => {
      const versions = new Array<number>(STREAMS).fill(0);
      return {
        streamOf: (caller) => `floor-${run}-${caller}`,
        commit: async (caller) => {
          const version = (versions[caller] ?? 0) + 1;
          versions[caller] = version;
          const stream = `floor-${run}-${caller}`;
          const body = JSON.stringify({ stream, version, data: SAMPLE_DATA });
          await pool.query({ name: 'insert', text: insert, values: [stream, body] });
        },
      };
    },
    arrivals,
    close: async () => {
      await arrivals.stop();
      await stopRelay();
      await producer.disconnect();
      await pool.end();
    },
  };
}

/** Sends what was inserted, in order of the serial, at each NOTIFY: one send at a time. */
async function startBareRelay(url: string, producer: kafkajs.Producer): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  let last = 0;
  const sendNext = async (): Promise<boolean> => {
    const text = 'select id, stream, body::text as body from bare where id > $1 order by id limit 500';
    const found = await client.query<{ id: string; stream: string; body: string }>(text, [last]);
    if (found.rows.length === 0) return false;
    const messages = found.rows.map(({ stream, body }) => ({ key: stream, value: body }));
    await producer.send({ topic: FLOOR_TOPIC, acks: -1, messages });
    last = Number(found.rows.at(-1)?.id ?? last);
    return true;
  };
  let turn: Promise<void> = Promise.resolve();
  client.on('notification', () => {
    turn = turn.then(async () => {
      while (await sendNext());
    });
  });
  await client.query('listen bare');
  return async () => {
    await turn;
    await client.end();
  };
}
