import { setTimeout as sleep } from 'node:timers/promises';
import { migrate, openEventStore } from '@caisson/event-store-postgres';
import { runExecution } from '@caisson/execution';
import { startBenchServer } from '../harness/bench-server.js';
import type { Contest, Goal, Side } from '../harness/goal.js';
import { taskEngine, taskPorts } from './task-ports.js';
import { approvedRun } from './task-runs.js';

const [TASKS, SLOTS, TASK_MS] = [200, 5, 400];
const LIMIT_PER_S = (SLOTS * 1000) / TASK_MS;
const NAMES = { timers: 'bare timers in as many lanes', ours: 'Caisson' } as const;
const NEVER = new AbortController().signal;

/** P33: tasks that take their time, few places: how much of what the places could do is done? */
export const busySlots: Goal = {
  id: 'P33',
  title: `${TASKS} tasks of ${TASK_MS / 1000} s on ${SLOTS} places`,
  sliceMs: (TASKS / LIMIT_PER_S) * 1000,
  prepare: async (): Promise<Contest> => {
    const server = await startBenchServer();
    const url = await server.createDatabase('caisson_slots');
    await migrate({ ownerUrl: url });
    const store = await openEventStore({ url });
    let run = 0;
    const ours: Side = {
      name: NAMES.ours,
      measure: async (sliceMs) => {
        run += 1;
        const watch = new Watch(tasksIn(sliceMs));
        const { event } = await approvedRun(store, { runId: `run-${run}`, waves: [watch.tasks] });
        const ports = taskPorts(store, taskEngine(watch.work), SLOTS);
        const verdict = await runExecution(ports, { event, draining: NEVER, signal: NEVER, lastTry: true });
        if (verdict.outcome !== 'done') throw new Error(`the execution ended with ${verdict.outcome}`);
        return watch.figures();
      },
    };
    return {
      sides: [timersSide(), ours],
      comparisons: [
        {
          title: 'rate ÷ the limit of the places',
          of: (round) => round.get(NAMES.ours)?.['shareOfLimit'],
          ...{ atLeast: true, gate: 0.9, goal: 0.97 },
        },
      ],
      notes: [
        `PostgreSQL ${server.version}, fsync on. Limit: ${LIMIT_PER_S} tasks/s. First start → last end, in the engine.`,
        'A slice given as a time holds as many tasks as fit into it.',
      ],
      close: async () => {
        await store.close();
        await server.stop();
      },
    };
  },
};

function tasksIn(sliceMs: number): number {
  return SLOTS * Math.max(1, Math.round(sliceMs / TASK_MS)); // No place is left over at the end.
}

/** Times tasks from the first start to the last end, and sees how many run at once. */
class Watch {
  readonly tasks: number;
  #ended = 0;
  #running = 0;
  #most = 0;
  #firstMs = Number.NaN;
  #lastMs = Number.NaN;

  constructor(tasks: number) {
    this.tasks = tasks;
  }

  readonly work = async (): Promise<void> => {
    this.#running += 1;
    this.#most = Math.max(this.#most, this.#running);
    if (Number.isNaN(this.#firstMs)) this.#firstMs = performance.now();
    await sleep(TASK_MS);
    this.#running -= 1;
    this.#ended += 1;
    this.#lastMs = performance.now();
  };

  /** @throws Error when not each task was worked off once, or too many were at once. */
  figures(): { readonly ratePerS: number; readonly shareOfLimit: number } {
    if (this.#ended !== this.tasks) throw new Error(`${this.#ended} of ${this.tasks} tasks ended`);
    if (this.#most > SLOTS) throw new Error(`${this.#most} tasks ran at once on ${SLOTS} places`);
    const ratePerS = (this.tasks * 1000) / (this.#lastMs - this.#firstMs);
    return { ratePerS, shareOfLimit: ratePerS / LIMIT_PER_S };
  }
}

function timersSide(): Side {
  return {
    name: NAMES.timers,
    measure: async (sliceMs) => {
      const watch = new Watch(tasksIn(sliceMs));
      let left = watch.tasks;
      const lane = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          await watch.work();
        }
      };
      await Promise.all(Array.from({ length: SLOTS }, lane));
      return watch.figures();
    },
  };
}
