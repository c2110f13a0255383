import type { PublicEvent } from '@caisson/contracts';
import { openEventStore } from '@caisson/event-store-postgres';
import { KafkaEventStrategy } from '@caisson/messaging-kafka';
import { systemClock } from '@caisson/service';
import kafkajs from 'kafkajs';
import { FETCH_WAIT_MS, type Arrival, type ConsumerTask } from './p9-messages.js';
import { QUIET_LOG } from './quiet-log.js';

// The other service of P9, a process of its own: tells its parent when each handler started.

const task = JSON.parse(process.argv[2] ?? '{}') as ConsumerTask;
await (task.kind === 'ours' ? consumeAsService(task) : consumeBare(task));

function arrived(stream: string, version: number): void {
  const arrival: Arrival = { stream, version, atNs: process.hrtime.bigint().toString() };
  process.send?.(arrival);
}

/** As any service of ours: positions and rows in one transaction, the sweep beside it. */
async function consumeAsService({ brokers, databaseUrl, topic }: ConsumerTask): Promise<void> {
  const store = await openEventStore({ url: databaseUrl, poolMax: 4 });
  const strategy = new KafkaEventStrategy({
    service: 'bench-consumer',
    brokers,
    consumerStore: store.consumers,
    wakeups: store.wakeups,
    clock: systemClock,
    log: QUIET_LOG,
    timing: { fetchWaitMs: FETCH_WAIT_MS },
    onFatal: (reason) => {
      throw new Error(reason);
    },
  });
  strategy.addHandler(
    topic,
    (event: PublicEvent) => {
      arrived(event.subject, event.sequence);
      return Promise.resolve();
    },
    true,
  );
  strategy.listen((error) => {
    if (error instanceof Error) throw error;
  });
}

/** kafkajs with the same fetch wait, nothing stored. */
async function consumeBare({ brokers, topic }: ConsumerTask): Promise<void> {
  const kafka = new kafkajs.Kafka({ clientId: 'bare', brokers: [...brokers], logLevel: kafkajs.logLevel.ERROR });
  const consumer = kafka.consumer({ groupId: 'bare', maxWaitTimeInMs: FETCH_WAIT_MS });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      const { stream, version } = JSON.parse(message.value?.toString() ?? '{}') as { stream: string; version: number };
      arrived(stream, version);
      return Promise.resolve();
    },
  });
}
