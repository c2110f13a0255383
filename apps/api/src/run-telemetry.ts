import { RUN_KINDS } from '@caisson/contracts';
import type { AppendRequest, EventStore } from '@caisson/event-sourcing';
import type { Metrics } from '@caisson/observability';

const MS_PER_S = 1000;

/** The facts that end a run, by their public type, and how it ended. */
const ENDS: Readonly<Record<string, string>> = {
  'caisson.deployment.run-completed.v1': 'completed',
  'caisson.deployment.run-failed.v1': 'failed',
  'caisson.deployment.run-cancelled.v1': 'cancelled',
  'caisson.deployment.run-rolled-back.v1': 'rolled_back',
};

/** What a read model of a run says that is counted. */
interface RunTimes {
  readonly id: string;
  readonly kind: string;
  readonly requestedAt: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

/** The same store, which counts the runs whose ends are recorded in it. */
export function countRuns(store: EventStore, metrics: Metrics): EventStore {
  const ended = metrics.counter('caisson_runs_ended_total', 'Runs that ended, by kind and how.', ['kind', 'outcome']);
  for (const kind of RUN_KINDS) {
    // A series that begins at 1 has no increase, and the first run that fails would alert nobody.
    for (const outcome of Object.values(ENDS)) ended.inc({ kind, outcome }, 0);
  }
  const durations = metrics.longDuration(
    'caisson_run_duration_seconds',
    'Time of ended runs: waiting, executing, total.',
    ['kind', 'phase'],
  );
  const count = (request: AppendRequest): void => {
    for (const { publicForm } of request.events) {
      const outcome = ENDS[publicForm?.type ?? ''];
      if (outcome === undefined) continue;
      const run = endedRun(request);
      if (run === undefined) continue;
      ended.inc({ kind: run.kind, outcome });
      for (const [phase, seconds] of phasesOf(run)) durations.observe({ kind: run.kind, phase }, seconds);
    }
  };
  return {
    load: (request) => store.load(request),
    append: async (request) => {
      const result = await store.append(request);
      if (result.outcome === 'appended') count(request);
      return result;
    },
    saveSnapshot: (stream, snapshot) => store.saveSnapshot(stream, snapshot),
    versions: (streams) => store.versions(streams),
    readAll: (after, limit) => store.readAll(after, limit),
  };
}

/** The newest run that is written with the facts and has an end. */
function endedRun({ documents = [] }: AppendRequest): RunTimes | undefined {
  const runs = documents
    .filter(({ collection }) => collection === 'run')
    .map(({ body }) => body as unknown as RunTimes)
    .filter(({ finishedAt }) => finishedAt !== undefined);
  return runs.sort((left, right) => Date.parse(right.requestedAt) - Date.parse(left.requestedAt))[0];
}

function phasesOf({ finishedAt = '', requestedAt, startedAt }: RunTimes): readonly (readonly [string, number])[] {
  const seconds = (from: string, to: string): number => Math.max(0, Date.parse(to) - Date.parse(from)) / MS_PER_S;
  const total = ['total', seconds(requestedAt, finishedAt)] as const;
  if (startedAt === undefined) return [total];
  return [total, ['waiting', seconds(requestedAt, startedAt)], ['executing', seconds(startedAt, finishedAt)]];
}
