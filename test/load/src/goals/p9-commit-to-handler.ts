import { topicOf } from '@caisson/contracts';
import { Relay } from '@caisson/event-sourcing';
import { migrate, openEventStore } from '@caisson/event-store-postgres';
import { createTopics, KafkaEventPublisher } from '@caisson/messaging-kafka';
import { systemClock } from '@caisson/service';
import { missingKafka, startBenchKafka, type BenchKafka } from '../harness/bench-kafka.js';
import { startBenchServer, type BenchServer } from '../harness/bench-server.js';
import { ratio, type Contest, type Figures, type Goal, type Side } from '../harness/goal.js';
import { runOpenLoop } from '../harness/open-loop.js';
import { latencyFigures } from '../harness/statistics.js';
import { appender } from './append-sides.js';
import { Arrivals } from './p9-arrivals.js';
import { floorSource, SOURCE_STREAMS as STREAMS, type Source } from './p9-floor.js';
import { machineMs } from './p9-messages.js';
import { QUIET_LOG } from './quiet-log.js';

const RATES = [100, 200];
const ARRIVAL_MS_MAX = 15_000;
const FLOOR_ARRIVAL_MS_MAX = 2_000;

/** P9: commit → the start of the handler in another service, over a real broker. */
export const commitToHandler: Goal = {
  id: 'P9',
  title: 'commit → handler in another service, 100 and 200 events/s',
  sliceMs: 5_000,
  missing: missingKafka,
  prepare: async (): Promise<Contest> => {
    const [server, kafka] = await Promise.all([startBenchServer(), startBenchKafka()]);
    const floor = await floorSource(server, kafka.brokers);
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
