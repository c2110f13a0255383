import type { AppendRequest, EventStore } from '@caisson/event-sourcing';
import { migrate, openEventStore } from '@caisson/event-store-postgres';
import { runExecution } from '@caisson/execution';
import { queryOnce, type BenchServer } from '../harness/bench-server.js';
import type { OpenSide } from './append-sides.js';
import { timeTasks, type TaskLoad } from './p13-task-sides.js';
import { INSTANT_ENGINE, taskPorts } from './task-ports.js';
import { approvedRun, type ApprovedRun } from './task-runs.js';

const NEVER = new AbortController().signal;

/** How our tasks hang together; absent: not at all. */
export interface OurTaskLoad extends TaskLoad {
  /** Tasks of each wave. */
  readonly waves?: readonly number[];
}

/**
 * Ours: one run, executed as the executor does: lease, fold, intents, evidence and results in the stream, public facts
 * in the outbox, read models, verification at the end.
 */
export async function ourTasksSide(server: BenchServer, name: string, load: OurTaskLoad): Promise<OpenSide> {
  const { atOnce, tasks, waves = [tasks] } = load;
  const url = await server.createDatabase(`caisson_${atOnce}`);
  await migrate({ ownerUrl: url });
  const store = await openEventStore({ url });
  let run = 0;
  return {
    name,
    measure: async () => {
      run += 1;
      const runId = `run-${run}`;
      const approved = await approvedRun(store, { runId, waves });
      const figures = await timeTasks(server, tasks, async (took) => {
        const ports = { ...taskPorts(store, INSTANT_ENGINE, atOnce), store: watched(store.events, took) };
        const request = { event: approved.event, draining: NEVER, signal: NEVER, lastTry: true };
        const verdict = await runExecution(ports, request);
        if (verdict.outcome !== 'done') throw new Error(`the execution ended with ${verdict.outcome}`);
      });
      await expectRecorded(url, `execution-${runId}`, tasks);
      await expectOrder(url, `execution-${runId}`, approved);
      return figures;
    },
    close: () => store.close(),
  };
}

/** A task's time runs from asking to record its intent to the answer that its result is recorded. */
function watched(events: EventStore, took: (ms: number) => void): EventStore {
  const begun = new Map<string, number>();
  const unitsOf = (request: AppendRequest, type: string): readonly string[] =>
    request.events.filter((event) => event.type === type).map((event) => (event.data as { unitId: string }).unitId);
  return {
    load: (request) => events.load(request),
    saveSnapshot: (stream, snapshot) => events.saveSnapshot(stream, snapshot),
    versions: (streams) => events.versions(streams),
    readAll: (after, limit) => events.readAll(after, limit),
    append: async (request) => {
      for (const unitId of unitsOf(request, 'TaskStarted')) begun.set(unitId, performance.now());
      const answer = await events.append(request);
      const now = performance.now();
      for (const unitId of unitsOf(request, 'TaskSucceeded')) took(now - (begun.get(unitId) ?? Number.NaN));
      return answer;
    },
  };
}

/** Each task has an intent before its result, and evidence with it. */
async function expectRecorded(url: string, streamId: string, tasks: number): Promise<void> {
  const [row] = await queryOnce<{ complete: string }>(
    url,
    `select count(*) as complete
       from event intent join event result on result.stream_id = intent.stream_id and result.type = 'TaskSucceeded'
         and result.data->>'unitId' = intent.data->>'unitId' and result.version > intent.version
       where intent.stream_id = '${streamId}' and intent.type = 'TaskStarted' and result.data->'evidence' is not null`,
  );
  if (Number(row?.complete) !== tasks) throw new Error(`${row?.complete ?? '0'} of ${tasks} tasks are recorded whole`);
}

/** No task was begun before all that it waits for had succeeded. */
async function expectOrder(url: string, streamId: string, { edges }: ApprovedRun): Promise<void> {
  if (edges.length === 0) return;
  const versionsOf = async (type: string): Promise<ReadonlyMap<string, number>> => {
    const of = `stream_id = '${streamId}' and type = '${type}'`;
    const text = `select data->>'unitId' as unit, version from event where ${of}`;
    const rows = await queryOnce<{ unit: string; version: string }>(url, text);
    return new Map(rows.map(({ unit, version }) => [unit, Number(version)]));
  };
  const [begun, succeeded] = [await versionsOf('TaskStarted'), await versionsOf('TaskSucceeded')];
  const early = edges.filter(([before, after]) => {
    const [result, intent] = [succeeded.get(before), begun.get(after)];
    return result === undefined || intent === undefined || intent < result;
  });
  if (early.length > 0) throw new Error(`${early.length} tasks were begun too early, such as ${early[0]?.[1]}`);
}
