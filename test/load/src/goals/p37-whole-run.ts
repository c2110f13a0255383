import { setTimeout as sleep } from 'node:timers/promises';
import { missingKafka } from '../harness/bench-kafka.js';
import { startBenchStack, type BenchStack } from '../harness/bench-stack.js';
import { ratio, type Contest, type Figures, type Goal, type Side } from '../harness/goal.js';
import { latencyFigures } from '../harness/statistics.js';
import { noOpDeployment } from './no-op-deployment.js';
import { floorSource, type Source } from './p9-floor.js';
import { machineMs } from './p9-messages.js';
import { Completions } from './run-completions.js';

const [RUNS, TASKS] = [100, 10];
const RUN_MS = 100;
const [END_MS_MAX, ARRIVAL_MS_MAX] = [30_000, 5_000];
const LOOK_MS = 2;
const NAMES = { floor: 'floor', ours: 'Caisson' } as const;

/** P37: one run at a time through all services, from the request to its last event at a consumer. */
export const wholeRun: Goal = {
  id: 'P37',
  title: `one run of ${TASKS} no-op tasks, request → completed event, through five services`,
  sliceMs: RUNS * RUN_MS,
  missing: missingKafka,
  prepare: async (): Promise<Contest> => {
    const bench = await startBenchStack();
    const { brokers } = bench.stack.kafka.server;
    const floor = await floorSource(bench.server, brokers);
    const completions = await Completions.start(brokers);
    return {
      sides: [floorSide(floor), runsSide(bench, completions)],
      comparisons: [
        { title: 'p50 ÷ floor', of: ratio('p50Ms', NAMES.ours, NAMES.floor), atLeast: false, gate: 20, goal: 10 },
        { title: 'p99 ÷ floor', of: ratio('p99Ms', NAMES.ours, NAMES.floor), atLeast: false },
      ],
      notes: [
        `${RUNS} runs one after the other, auto-approved; each task is a wait for a time that has passed. Sent → the ` +
          '`run-completed` event at a bare Kafka consumer: created, planned, approved, executed, verified, completed.',
        'Floor: that of P9, one event at a time: commit → insert + NOTIFY, relay, one kafkajs send, a bare consumer.',
      ],
      close: async () => {
        await completions.stop();
        await floor.close();
        await bench.stop();
      },
    };
  },
};

function runsIn(sliceMs: number): number {
  return Math.max(1, Math.round(sliceMs / RUN_MS));
}

function runsSide({ client }: BenchStack, completions: Completions): Side {
  let slice = 0;
  return {
    name: NAMES.ours,
    measure: async (sliceMs): Promise<Figures> => {
      slice += 1;
      const samples: number[] = [];
      for (let run = 0; run < runsIn(sliceMs); run += 1) {
        const sentMs = machineMs();
        const answer = await client.createDeployment(noOpDeployment(`whole-${slice}-${run}`, TASKS, true));
        samples.push((await completions.of(answer.run.id, END_MS_MAX)) - sentMs);
      }
      return latencyFigures(samples);
    },
  };
}

function floorSide(source: Source): Side {
  let slice = 0;
  return {
    name: NAMES.floor,
    measure: async (sliceMs): Promise<Figures> => {
      slice += 1;
      const { commit, streamOf } = source.begin(slice);
      const samples: number[] = [];
      for (let version = 1; version <= runsIn(sliceMs); version += 1) {
        await commit(0);
        const committedMs = machineMs();
        samples.push((await arrival(source, streamOf(0), version)) - committedMs);
      }
      return latencyFigures(samples);
    },
  };
}

async function arrival({ arrivals }: Source, stream: string, version: number): Promise<number> {
  const deadline = machineMs() + ARRIVAL_MS_MAX;
  for (;;) {
    const atMs = arrivals.atMs(stream, version);
    if (atMs !== undefined) return atMs;
    if (machineMs() > deadline) throw new Error(`event ${version} of the floor did not arrive`);
    await sleep(LOOK_MS);
  }
}
