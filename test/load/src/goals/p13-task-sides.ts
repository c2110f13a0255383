import { DBOS } from '@dbos-inc/dbos-sdk';
import pg from 'pg';
import { queryOnce, type BenchServer } from '../harness/bench-server.js';
import type { Figures } from '../harness/goal.js';
import { treeTimeUs } from '../harness/processor-time.js';
import { latencyFigures } from '../harness/statistics.js';
import type { OpenSide } from './append-sides.js';
import { SAMPLE_DATA, SAMPLE_JSON } from './sample-event.js';

/** How a side works tasks off: how many at once, how many in all. */
export interface TaskLoad {
  readonly atOnce: number;
  readonly tasks: number;
}

const STEPS_PER_WORKFLOW = 10;

/** Times tasks that end one after the other on several lanes: rate, latency of one, processor time of both ends. */
export async function timeTasks(
  server: Pick<BenchServer, 'pid'>,
  tasks: number,
  work: (took: (ms: number) => void) => Promise<void>,
): Promise<Figures> {
  const latencies: number[] = [];
  const serverBefore = treeTimeUs(server.pid);
  const clientBefore = process.cpuUsage();
  const started = performance.now();
  await work((ms) => latencies.push(ms));
  const seconds = (performance.now() - started) / 1000;
  const client = process.cpuUsage(clientBefore);
  if (latencies.length !== tasks) throw new Error(`${latencies.length} of ${tasks} tasks ended`);
  return {
    ratePerS: tasks / seconds,
    ...latencyFigures(latencies),
    clientCpuUs: (client.user + client.system) / tasks,
    serverCpuUs: (treeTimeUs(server.pid) - serverBefore) / tasks,
  };
}

/** FL7: two prepared inserts for each task, an intent and a result, in two commits. */
export async function insertsSide(server: BenchServer, name: string, load: TaskLoad): Promise<OpenSide> {
  const url = await server.createDatabase(`inserts_${load.atOnce}`);
  await queryOnce(url, 'create table step (id bigint generated always as identity primary key, task text, data json)');
  const pool = new pg.Pool({ connectionString: url, max: load.atOnce });
  pool.on('error', () => undefined); // The server's end closes idle connections.
  const insert = { name: 'insert', text: 'insert into step (task, data) values ($1, $2)' };
  const runTask = async (task: number): Promise<void> => {
    await pool.query({ ...insert, values: [`t-${task}`, null] });
    await pool.query({ ...insert, values: [`t-${task}`, SAMPLE_JSON] });
  };
  return {
    name,
    measure: () =>
      timeTasks(server, load.tasks, async (took) => {
        let next = 0;
        const lane = async (): Promise<void> => {
          for (let task = next++; task < load.tasks; task = next++) {
            const begun = performance.now();
            await runTask(task);
            took(performance.now() - begun);
          }
        };
        await Promise.all(Array.from({ length: load.atOnce }, lane));
      }),
    close: () => pool.end(),
  };
}

let stepTook: (ms: number) => void = () => undefined;

/** Registered once for the process, as DBOS wants it. */
const tenSteps = DBOS.registerWorkflow(
  async (): Promise<void> => {
    for (let step = 0; step < STEPS_PER_WORKFLOW; step += 1) {
      const begun = performance.now();
      await DBOS.runStep(() => Promise.resolve(SAMPLE_DATA), { name: 'task' });
      stepTook(performance.now() - begun);
    }
  },
  { name: 'ten-steps' },
);

/** DBOS: workflows of ten steps, so many at once. One commit a step, and two a workflow. */
export async function dbosSides(
  server: Pick<BenchServer, 'pid' | 'createDatabase'>,
  loads: readonly { readonly name: string; readonly load: TaskLoad }[],
): Promise<readonly OpenSide[]> {
  await launchDbos(await server.createDatabase('dbos'));
  return loads.map(({ name, load }, index) => ({
    name,
    measure: () =>
      timeTasks(server, load.tasks, async (report) => {
        stepTook = report;
        let left = load.tasks / STEPS_PER_WORKFLOW;
        const lane = async (): Promise<void> => {
          while (left > 0) {
            left -= 1;
            await tenSteps();
          }
        };
        await Promise.all(Array.from({ length: load.atOnce }, lane));
      }),
    close: () => (index === 0 ? DBOS.shutdown() : Promise.resolve()),
  }));
}

/** Begins DBOS in this process, on a database of its own. Ended by `DBOS.shutdown()`. */
export async function launchDbos(url: string): Promise<void> {
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: url, systemDatabasePoolSize: 32, logLevel: 'error' });
  await DBOS.launch();
}
