import { topicOf } from '@caisson/contracts';
import { NO_STREAM, Relay, type StreamHead } from '@caisson/event-sourcing';
import { migrate, openEventStore, type OpenedEventStore } from '@caisson/event-store-postgres';
import { createTopics, KafkaEventPublisher } from '@caisson/messaging-kafka';
import { systemClock } from '@caisson/service';
import kafkajs from 'kafkajs';
import { missingKafka, startBenchKafka } from '../harness/bench-kafka.js';
import { startBenchServer } from '../harness/bench-server.js';
import { ratio, type Contest, type Figures, type Goal } from '../harness/goal.js';
import { ourSide } from './append-sides.js';
import { QUIET_LOG } from './quiet-log.js';
import { SAMPLE_DATA, SAMPLE_JSON } from './sample-event.js';

const RELAY = 'Caisson relay';
const BARE = 'kafkajs, 100 messages a send, one in flight';
const APPEND = 'Caisson append';
const ROWS = 100_000;
const STREAMS = 200;
const BATCH = 250;
const SEND = 100;
const DRAIN_MS_MAX = 120_000;
const TOPIC = topicOf('execution');

/** P11: a hundred thousand events wait in the outbox; the relay starts; how long until it is empty. */
export const relayDrains: Goal = {
  id: 'P11',
  title: `relay drains ${ROWS.toLocaleString('en-US')} rows`,
  sliceMs: 2_000,
  missing: missingKafka,
  prepare: async (): Promise<Contest> => {
    const [server, kafka] = await Promise.all([startBenchServer(), startBenchKafka()]);
    const url = await server.createDatabase('relayed');
    await migrate({ ownerUrl: url });
    const store = await openEventStore({ url });
    await createTopics({ brokers: kafka.brokers, log: QUIET_LOG, clientId: 'bench' });
    const publisher = new KafkaEventPublisher({ brokers: kafka.brokers, log: QUIET_LOG });
    const client = new kafkajs.Kafka({
      clientId: 'bench',
      brokers: [...kafka.brokers],
      logLevel: kafkajs.logLevel.ERROR,
    });
    const admin = client.admin();
    const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await Promise.all([admin.connect(), producer.connect()]);
    const append = await ourSide(server, 32);
    let run = 0;
    return {
      sides: [
        { name: BARE, measure: () => sendBare(producer) },
        {
          name: RELAY,
          measure: async () => {
            run += 1;
            await fill(store, run);
            const before = await messagesIn(admin);
            const figures = await drain(store, publisher);
            const sent = (await messagesIn(admin)) - before;
            if (sent !== ROWS) throw new Error(`${sent} messages in ${TOPIC} for ${ROWS} events`);
            return figures;
          },
        },
        append,
      ],
      comparisons: [
        { title: 'rate ÷ append (P1)', of: ratio('ratePerS', RELAY, APPEND), atLeast: true, gate: 1.2, goal: 1.5 },
        { title: 'rate ÷ bare kafkajs', of: ratio('ratePerS', RELAY, BARE), atLeast: true, goal: 0.25 },
      ],
      notes: [
        `${STREAMS} streams; events of 991 bytes. The relay numbers, sends per partition with every answer checked, ` +
          'and removes; the bare producer only sends.',
        'A slice counts only if the topic holds as many messages as there were events.',
      ],
      close: async () => {
        await Promise.all([admin.disconnect(), producer.disconnect(), publisher.close()]);
        await Promise.all([append.close(), store.close()]);
        await Promise.all([server.stop(), kafka.stop()]);
      },
    };
  },
};

/** Fills the outbox with appends of many events: the quickest honest way. */
async function fill(store: OpenedEventStore, run: number): Promise<void> {
  const heads = new Array<StreamHead>(STREAMS).fill(NO_STREAM);
  const event = {
    type: 'task-completed',
    schemaVersion: 1,
    data: SAMPLE_DATA,
    publicForm: { type: 'caisson.execution.task-succeeded.v1' },
  };
  for (let round = 0; round < ROWS / STREAMS / BATCH; round += 1) {
    const appends = heads.map(async (expected, stream) => {
      const answer = await store.events.append({
        stream: { tenantId: 'acme', streamId: `bench-${run}-${stream}` },
        expected,
        context: {
          correlationId: 'bench',
          causationId: 'bench',
          actor: 'service:bench',
          commandId: `${run}-${stream}-${round}`,
          occurredAt: systemClock.now(),
          service: 'bench',
        },
        events: Array.from({ length: BATCH }, () => event),
      });
      if (answer.outcome !== 'appended') throw new Error(`append was answered with ${answer.outcome}`);
      heads[stream] = answer.head;
    });
    await Promise.all(appends);
  }
}

async function drain(store: OpenedEventStore, publisher: KafkaEventPublisher): Promise<Figures> {
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  await relayUntilEmpty(store, publisher);
  const seconds = (performance.now() - started) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  return { ratePerS: ROWS / seconds, seconds, clientCpuUs: (cpu.user + cpu.system) / ROWS };
}

async function relayUntilEmpty(store: OpenedEventStore, publisher: KafkaEventPublisher): Promise<void> {
  let stopRelay: (() => Promise<void>) | undefined;
  const sent = new Promise<void>((resolve, reject) => {
    let count = 0;
    const limit = setTimeout(() => reject(new Error(`the relay sent ${count} of ${ROWS} events`)), DRAIN_MS_MAX);
    const published = (entries: readonly unknown[]): void => {
      count += entries.length;
      if (count < ROWS) return;
      clearTimeout(limit);
      resolve();
    };
    const { outbox, wakeups } = store;
    const relay = new Relay({ outbox, wakeups, clock: systemClock, publisher, observer: { published } });
    stopRelay = () => relay.stop();
    relay.start();
  });
  try {
    await sent;
  } finally {
    await stopRelay?.();
  }
}

async function sendBare(producer: kafkajs.Producer): Promise<Figures> {
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  for (let first = 0; first < ROWS; first += SEND) {
    const messages = Array.from({ length: SEND }, (_, index) => ({
      key: `bench-${(first + index) % STREAMS}`,
      value: SAMPLE_JSON,
    }));
    await producer.send({ topic: TOPIC, acks: -1, messages });
  }
  const seconds = (performance.now() - started) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  return { ratePerS: ROWS / seconds, seconds, clientCpuUs: (cpu.user + cpu.system) / ROWS };
}

async function messagesIn(admin: kafkajs.Admin): Promise<number> {
  const partitions = await admin.fetchTopicOffsets(TOPIC);
  return partitions.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
}
