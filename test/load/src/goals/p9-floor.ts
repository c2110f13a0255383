import pg from 'pg';
import { createTopics } from '@caisson/messaging-kafka';
import kafkajs from 'kafkajs';
import { queryOnce, type BenchServer } from '../harness/bench-server.js';
import { Arrivals } from './p9-arrivals.js';
import { QUIET_LOG } from './quiet-log.js';
import { SAMPLE_DATA } from './sample-event.js';

/** Streams that a source commits to, one caller each. */
export const SOURCE_STREAMS = 50;

const FLOOR_TOPIC = 'bench.floor';

/** Something that commits one event of a stream; the next call of the same stream comes after it. */
export interface Source {
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

/** FL5: the same way with nothing in it. */
export async function floorSource(
  server: Pick<BenchServer, 'createDatabase'>,
  brokers: readonly string[],
): Promise<Source> {
  const url = await server.createDatabase('floor');
  await queryOnce(
    url,
    'create table bare (id bigint generated always as identity primary key, stream text, body json)',
  );
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  pool.on('error', () => undefined);
  await createTopics({
    brokers,
    log: QUIET_LOG,
    clientId: 'bench',
    topics: [{ name: FLOOR_TOPIC, partitions: 6, retentionMs: 3_600_000 }],
  });
  const client = new kafkajs.Kafka({
    clientId: 'floor',
    brokers: [...brokers],
    logLevel: kafkajs.logLevel.ERROR,
  });
  const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  const stopRelay = await startBareRelay(url, producer);
  const arrivals = new Arrivals({ kind: 'bare', brokers, databaseUrl: url, topic: FLOOR_TOPIC });
  const insert = "with row as (insert into bare (stream, body) values ($1, $2)) select pg_notify('bare', '')";
  return {
    name: 'floor',
    isStrict: false,
    begin: (run) => {
      const versions = new Array<number>(SOURCE_STREAMS).fill(0);
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
