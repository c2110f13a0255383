import { DBOS } from '@dbos-inc/dbos-sdk';
import pg from 'pg';
import { queryOnce, type BenchServer } from '../harness/bench-server.js';
import type { OpenSide } from './append-sides.js';
import { launchDbos, timeTasks } from './p13-task-sides.js';
import { SAMPLE_DATA, SAMPLE_JSON } from './sample-event.js';

const totalOf = (waves: readonly number[]): number => waves.reduce((sum, tasks) => sum + tasks, 0);

/** FL8: for each wave all intents in one insert, then all results in another; two commits. */
export async function batchInsertsSide(server: BenchServer, name: string, waves: readonly number[]): Promise<OpenSide> {
  const url = await server.createDatabase('inserts_by_wave');
  await queryOnce(url, 'create table step (id bigint generated always as identity primary key, task text, data json)');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const text = `insert into step (task, data) select 't-' || task, $2::json from generate_series(1, $1::int) task`;
  const insert = { name: 'insert', text };
  return {
    name,
    measure: () =>
      timeTasks(server, totalOf(waves), async (took) => {
        for (const tasks of waves) {
          const begun = performance.now();
          await client.query({ ...insert, values: [tasks, null] });
          await client.query({ ...insert, values: [tasks, SAMPLE_JSON] });
          for (let task = 0; task < tasks; task += 1) took(performance.now() - begun);
        }
      }),
    close: () => client.end(),
  };
}

let stepTook: (ms: number) => void = () => undefined;

/** Registered once for the process, as DBOS wants it. */
const stepsInWaves = DBOS.registerWorkflow(
  async (waves: readonly number[]): Promise<void> => {
    const step = async (): Promise<void> => {
      const begun = performance.now();
      await DBOS.runStep(() => Promise.resolve(SAMPLE_DATA), { name: 'task' });
      stepTook(performance.now() - begun);
    };
    for (const tasks of waves) await Promise.all(Array.from({ length: tasks }, step));
  },
  { name: 'steps-in-waves' },
);

/** DBOS: one workflow whose steps begin together wave by wave. */
export async function dbosWavesSide(server: BenchServer, name: string, waves: readonly number[]): Promise<OpenSide> {
  await launchDbos(await server.createDatabase('dbos'));
  return {
    name,
    measure: () =>
      timeTasks(server, totalOf(waves), async (report) => {
        stepTook = report;
        await stepsInWaves(waves);
      }),
    close: () => DBOS.shutdown(),
  };
}
