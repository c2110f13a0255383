import { SERVICE_NAMES } from '@caisson/local';
import { missingKafka } from '../harness/bench-kafka.js';
import { startBenchStack, type BenchStack } from '../harness/bench-stack.js';
import type { Contest, Figures, Goal, Round, Side } from '../harness/goal.js';
import { runOpenLoop } from '../harness/open-loop.js';
import { processTimeUs, treeTimeUs } from '../harness/processor-time.js';
import { noOpDeployment } from './no-op-deployment.js';
import { dbosSides } from './p13-task-sides.js';
import { Completions } from './run-completions.js';

const [RUNS, TASKS] = [1_000, 10];
const REQUEST_MS = 10_000;
const END_MS_MAX = 300_000;
const NAMES = { dbos: 'DBOS, 32 at once', ours: 'Caisson' } as const;

/** P38: what a run costs when many are asked for at once. */
export const manyRuns: Goal = {
  id: 'P38',
  title: `${RUNS.toLocaleString('en')} runs of ${TASKS} no-op tasks requested within ${REQUEST_MS / 1000} s`,
  sliceMs: REQUEST_MS,
  missing: missingKafka,
  prepare: async (): Promise<Contest> => {
    const bench = await startBenchStack();
    const completions = await Completions.start(bench.stack.kafka.server.brokers);
    const load = { atOnce: 32, tasks: RUNS * TASKS };
    const dbos = await dbosSides(bench.server, [{ name: NAMES.dbos, load }]);
    return {
      sides: [...dbos, runsSide(bench, completions)],
      comparisons: [
        { title: 'CPU per run ÷ DBOS', of: cpuRatio, atLeast: false, gate: 2, goal: 1 },
        { title: 'CPU per run, ms', of: (round) => round.get(NAMES.ours)?.['runCpuMs'], atLeast: false },
      ],
      notes: [
        'A run is created by a request of its own, planned, auto-approved, executed, verified and completed; its ' +
          'events go out to Kafka and the services. CPU: the five services and all of Postgres, until the last ' +
          'run is completed. Kafka and Redis are reported beside it. A slice counts only if every run completed.',
        `DBOS: workflows of ${TASKS} steps in one process; CPU of the process and all of Postgres. It plans, checks, ` +
          'approves, verifies and publishes nothing.',
      ],
      close: async () => {
        await completions.stop();
        await Promise.all(dbos.map((side) => side.close()));
        await bench.stop();
      },
    };
  },
};

function cpuRatio(round: Round): number | undefined {
  const [ours, { clientCpuUs, serverCpuUs } = {}] = [round.get(NAMES.ours)?.['runCpuMs'], round.get(NAMES.dbos)];
  if (ours === undefined || clientCpuUs === undefined || serverCpuUs === undefined) return undefined;
  return ours / (((clientCpuUs + serverCpuUs) * TASKS) / 1000);
}

function runsSide(bench: BenchStack, completions: Completions): Side {
  let slice = 0;
  return {
    name: NAMES.ours,
    measure: async (sliceMs): Promise<Figures> => {
      slice += 1;
      const runIds: string[] = [];
      const before = cpuOf(bench);
      const started = performance.now();
      const ratePerS = (RUNS * 1000) / REQUEST_MS;
      const { generatorLagP99Ms, offered } = await runOpenLoop({
        ratePerS,
        durationMs: sliceMs,
        offer: async (index) => {
          const desired = noOpDeployment(`many-${slice}-${index}`, TASKS, true);
          runIds.push((await bench.client.createDeployment(desired)).run.id);
        },
      });
      const requestedMs = performance.now() - started;
      await Promise.all(runIds.map((runId) => completions.of(runId, END_MS_MAX)));
      const seconds = (performance.now() - started) / 1000;
      const after = cpuOf(bench);
      const spent = Object.keys(after).map((part) => [part, (after[part] ?? 0) - (before[part] ?? 0)] as const);
      const perRun = Object.fromEntries(spent.map(([part, us]) => [`${part} CPU ms`, us / 1000 / offered]));
      const counted = spent.filter(([part]) => part !== 'kafka' && part !== 'redis');
      const runCpuMs = counted.reduce((sum, [, us]) => sum + us, 0) / 1000 / offered;
      return { runCpuMs, ...perRun, runsPerS: offered / seconds, seconds, requestedMs, generatorLagP99Ms };
    },
  };
}

/** Processor time so far, by part, in microseconds. */
function cpuOf({ server, stack }: BenchStack): Readonly<Record<string, number>> {
  const services = SERVICE_NAMES.map((name) => [name, processTimeUs(stack.services.get(name)?.pid ?? 0)] as const);
  return {
    ...Object.fromEntries(services),
    postgres: treeTimeUs(server.pid),
    kafka: treeTimeUs(stack.kafka.server.pid),
    redis: treeTimeUs(stack.redis.server.pid),
  };
}
