import { migrate, openEventStore } from '@caisson/event-store-postgres';
import { runExecution } from '@caisson/execution';
import { startBenchServer } from '../harness/bench-server.js';
import type { Contest, Figures, Goal, Round, Side } from '../harness/goal.js';
import { taskEngine, taskPorts } from './task-ports.js';
import { approvedRun } from './task-runs.js';

const TASKS = 3_000;
const PART = 100;
/** What is compiled while it runs is not the cost of early tasks. */
const WARMING = 300;
const OURS = 'Caisson';
const NEVER = new AbortController().signal;

/** P34: does the last result of a large run cost more than the first? */
export const lateTasks: Goal = {
  id: 'P34',
  title: `one run of ${TASKS} tasks one at a time: the last ${PART} against the first`,
  sliceMs: 1_000,
  prepare: async (): Promise<Contest> => {
    const server = await startBenchServer();
    const url = await server.createDatabase('caisson_late');
    await migrate({ ownerUrl: url });
    const store = await openEventStore({ url });
    let run = 0;
    const execute = async (tasks: number): Promise<readonly number[]> => {
      run += 1;
      const spent: number[] = [];
      const engine = taskEngine(async () => {
        await Promise.resolve();
        const { user, system } = process.cpuUsage();
        spent.push(user + system);
      });
      const { event } = await approvedRun(store, { runId: `run-${run}`, waves: [tasks] });
      const request = { event, draining: NEVER, signal: NEVER, lastTry: true };
      const verdict = await runExecution(taskPorts(store, engine, 1), request);
      if (verdict.outcome !== 'done') throw new Error(`the execution ended with ${verdict.outcome}`);
      if (spent.length !== tasks) throw new Error(`${spent.length} of ${tasks} tasks ran`);
      return spent;
    };
    const ours: Side = {
      name: OURS,
      measure: async (): Promise<Figures> => {
        await execute(WARMING);
        const spent = await execute(TASKS);
        return { firstCpuUs: cpuPerTask(spent, 0), lastCpuUs: cpuPerTask(spent, TASKS - PART - 1) };
      },
    };
    return {
      sides: [ours],
      comparisons: [
        {
          title: `CPU per result, last ${PART} ÷ first ${PART}`,
          of: lastToFirst,
          ...{ atLeast: false, gate: 2, goal: 1.2 },
        },
      ],
      notes: [
        `PostgreSQL ${server.version}, fsync on. Processor time of this process between calls of the engine: ` +
          'a result, its append, the next intent and all that follows from them. A smaller run warms up before each.',
      ],
      close: async () => {
        await store.close();
        await server.stop();
      },
    };
  },
};

function lastToFirst(round: Round): number | undefined {
  const { firstCpuUs, lastCpuUs } = round.get(OURS) ?? {};
  return firstCpuUs === undefined || lastCpuUs === undefined ? undefined : lastCpuUs / firstCpuUs;
}

/** Processor time of this process between calls of the engine, in microseconds. */
function cpuPerTask(spent: readonly number[], from: number): number {
  return ((spent[from + PART] ?? Number.NaN) - (spent[from] ?? Number.NaN)) / PART;
}
