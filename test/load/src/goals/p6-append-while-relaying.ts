import { Relay } from '@caisson/event-sourcing';
import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { KafkaEventPublisher } from '@caisson/messaging-kafka';
import { systemClock } from '@caisson/service';
import { missingKafka, startBenchKafka } from '../harness/bench-kafka.js';
import { queryOnce, startBenchServer, type BenchServer } from '../harness/bench-server.js';
import { runClosedLoop } from '../harness/closed-loop.js';
import { ratio, type Contest, type Goal, type Side } from '../harness/goal.js';
import { appender } from './append-sides.js';
import { QUIET_LOG } from './quiet-log.js';

const ALONE = 'append alone';
const RELAYED = 'append while the relay publishes';
const CALLERS = 32;
const LAG_MS_MAX = 1_000;

/** P6: P1 with the relay publishing to the broker and wake-ups on, against the same without. */
export const appendWhileRelaying: Goal = {
  id: 'P6',
  title: 'append while relay and wake-up run, 32 callers',
  sliceMs: 2_000,
  missing: missingKafka,
  prepare: async (): Promise<Contest> => {
    const [server, kafka] = await Promise.all([startBenchServer(), startBenchKafka()]);
    const publisher = new KafkaEventPublisher({ brokers: kafka.brokers, log: QUIET_LOG });
    const alone = await openSide(server, 'alone');
    const relayed = await openSide(server, 'relayed');
    return {
      sides: [aloneSide(alone, server), relayedSide(relayed, server, publisher)],
      comparisons: [
        { title: 'rate ÷ without relay', of: ratio('ratePerS', RELAYED, ALONE), atLeast: true, gate: 0.8, goal: 0.9 },
        { title: 'p99 ÷ without relay', of: ratio('p99Ms', RELAYED, ALONE), atLeast: false },
      ],
      notes: [
        'Appenders, relay and Kafka client share one process here, and with the broker and Postgres the cores.',
        `A slice counts only if the outbox is empty ${LAG_MS_MAX} ms after its end. \`lagMs\` is how long that took.`,
      ],
      close: async () => {
        await publisher.close();
        await Promise.all([alone.store.close(), relayed.store.close()]);
        await Promise.all([server.stop(), kafka.stop()]);
      },
    };
  },
};

interface Opened {
  readonly url: string;
  readonly store: OpenedEventStore;
}

async function openSide(server: BenchServer, name: string): Promise<Opened> {
  const url = await server.createDatabase(name);
  await migrate({ ownerUrl: url });
  return { url, store: await openEventStore({ url }) };
}

function aloneSide({ store }: Opened, server: BenchServer): Side {
  let run = 0;
  return {
    name: ALONE,
    measure: (sliceMs) => {
      run += 1;
      return runClosedLoop({ callers: CALLERS, sliceMs, serverPid: server.pid, call: appender(store, CALLERS, run) });
    },
  };
}

function relayedSide({ store, url }: Opened, server: BenchServer, publisher: KafkaEventPublisher): Side {
  let run = 0;
  return {
    name: RELAYED,
    measure: async (sliceMs) => {
      run += 1;
      const relay = new Relay({ outbox: store.outbox, wakeups: store.wakeups, clock: systemClock, publisher });
      relay.start();
      try {
        const call = appender(store, CALLERS, run);
        const figures = await runClosedLoop({ callers: CALLERS, sliceMs, serverPid: server.pid, call });
        const lagMs = await timeUntilEmpty(url);
        if (lagMs > LAG_MS_MAX) throw new Error(`the relay was ${Math.round(lagMs)} ms behind`);
        return { ...figures, lagMs };
      } finally {
        await relay.stop();
      }
    },
  };
}

async function timeUntilEmpty(url: string): Promise<number> {
  const started = performance.now();
  for (;;) {
    const [row] = await queryOnce<{ waits: boolean }>(
      url,
      'select exists (select from outbox) or (select last_global_seq > handed_seq from sequencer) as waits',
    );
    const passedMs = performance.now() - started;
    if (row?.waits !== true || passedMs > 30_000) return passedMs;
  }
}
