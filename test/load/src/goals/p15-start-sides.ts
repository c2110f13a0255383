import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, makeWorkerUtils, run, runMigrations } from 'graphile-worker';
import pg from 'pg';
import { migrate, openEventStore } from '@caisson/event-store-postgres';
import { queryOnce, type BenchServer } from '../harness/bench-server.js';
import type { Figures } from '../harness/goal.js';
import { latencyFigures } from '../harness/statistics.js';
import type { OpenSide } from './append-sides.js';
import { SAMPLE_JSON } from './sample-event.js';
import { enqueueRuns, startTaskExecutor } from './task-executor.js';
import { taskEngine } from './task-ports.js';
import { startedRun } from './task-runs.js';

const TASKS = 200;
const PAUSE_MS = 50;
const START_MS_MAX = 10_000;

/** Waits for the start of one task at a time. */
class Starts {
  #started: () => void = () => undefined;

  /** To be called where the task begins. */
  readonly begin = (): void => this.#started();

  /** Makes tasks ready one by one; each counts from asking until it begins. */
  async time(makeReady: (task: number) => Promise<void>, between?: (task: number) => Promise<void>): Promise<Figures> {
    const latencies: number[] = [];
    for (let task = 0; task < TASKS; task += 1) {
      await between?.(task);
      await sleep(PAUSE_MS);
      const started = new Promise<number>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error('a task did not start')), START_MS_MAX);
        this.#started = () => {
          clearTimeout(late);
          resolve(performance.now());
        };
      });
      const asked = performance.now();
      await makeReady(task);
      latencies.push((await started) - asked);
    }
    return latencyFigures(latencies);
  }
}

/** The floor: how long one commit takes. */
export async function insertSide(server: BenchServer, name: string): Promise<OpenSide> {
  const url = await server.createDatabase('one_insert');
  await queryOnce(url, 'create table ready (id bigint generated always as identity primary key, data json)');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const starts = new Starts();
  return {
    name,
    measure: () =>
      starts.time(async () => {
        await client.query({ name: 'insert', text: 'insert into ready (data) values ($1)', values: [SAMPLE_JSON] });
        starts.begin();
      }),
    close: () => client.end(),
  };
}

/** Ours: the plan of each run lies there already, as when somebody approves it. */
export async function ourStartSide(server: BenchServer, name: string): Promise<OpenSide> {
  const url = await server.createDatabase('caisson_idle');
  await migrate({ ownerUrl: url });
  const store = await openEventStore({ url });
  const starts = new Starts();
  const engine = taskEngine(async () => {
    await Promise.resolve();
    starts.begin();
  });
  const executor = startTaskExecutor(store, engine, { runs: 50, attempts: 32 });
  let runs = 0;
  return {
    name,
    measure: () => {
      let next: Awaited<ReturnType<typeof startedRun>> | undefined;
      return starts.time(
        async () => enqueueRuns(store, next === undefined ? [] : [next]),
        async () => {
          runs += 1;
          next = await startedRun(store, { runId: `run-${runs}`, waves: [1] });
        },
      );
    },
    close: async () => {
      await executor.stop();
      await store.close();
    },
  };
}

/** graphile-worker as its documentation shows it, with as many places as ours. */
export async function graphileStartSide(server: BenchServer, name: string): Promise<OpenSide> {
  const connectionString = await server.createDatabase('graphile');
  const options = { connectionString, logger: new Logger(() => () => undefined) };
  await runMigrations(options);
  const starts = new Starts();
  const runner = await run({
    ...options,
    ...{ concurrency: 32, noHandleSignals: true, maxPoolSize: 33 },
    taskList: { task: starts.begin },
  });
  const producer = await makeWorkerUtils(options);
  return {
    name,
    measure: () =>
      starts.time(async () => {
        await producer.addJob('task', { size: 1 });
      }),
    close: async () => {
      await producer.release();
      await runner.stop();
    },
  };
}
