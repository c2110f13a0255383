import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { migrate, openEventStore } from '@caisson/event-store-postgres';
import { queryOnce, type BenchServer } from '../harness/bench-server.js';
import type { Figures } from '../harness/goal.js';
import type { OpenSide } from './append-sides.js';
import { EFFECT_TABLE } from './p25-world.js';
import { enqueueRuns } from './task-executor.js';
import { startedRun, TASK_TENANT } from './task-runs.js';

/** So many runs, each of so many tasks one after the other. */
export interface KilledLoad {
  readonly runs: number;
  readonly tasks: number;
}

const KILL_AFTER_MS = 100;
const POLL_MS = 25;
const WAIT_MS_MAX = 120_000;

/** A side as the killing sees it. */
interface Killed {
  readonly program: string;
  readonly args: readonly string[];
  readonly worldUrl: string;
  /** Makes runs, named `<prefix>-<number>`, ready in a running process. */
  begin(child: ChildProcess, prefix: string): Promise<void>;
  /** Counts completed runs in one column `runs`. */
  completed(prefix: string): string;
  readonly databaseUrl: string;
}

/** Ours: the executor's loop in a process of its own. */
export async function ourKilledSide(server: BenchServer, name: string, load: KilledLoad): Promise<OpenSide> {
  const url = await server.createDatabase('caisson_killed');
  await migrate({ ownerUrl: url });
  await queryOnce(url, EFFECT_TABLE);
  const store = await openEventStore({ url });
  const killed: Killed = {
    program: './p25-our-executor.js',
    args: [url, String(load.runs), String(load.runs * load.tasks)],
    ...{ worldUrl: url, databaseUrl: url },
    begin: async (_child, prefix) => {
      const waves = Array.from({ length: load.tasks }, () => 1);
      const ids = Array.from({ length: load.runs }, (_, run) => `${prefix}-${run}`);
      await enqueueRuns(store, await Promise.all(ids.map((runId) => startedRun(store, { runId, waves }))));
    },
    completed: (prefix) =>
      `select count(*) as runs from document where tenant_id = '${TASK_TENANT}' and collection = 'execution'
         and id like '${prefix}-%' and body->>'state' = 'verified'`,
  };
  return sideOf(name, killed, { load, close: () => store.close() });
}

/** DBOS: as many workflows; a new process recovers them as it is launched. */
export async function dbosKilledSide(server: BenchServer, name: string, load: KilledLoad): Promise<OpenSide> {
  const url = await server.createDatabase('dbos_killed');
  const worldUrl = await server.createDatabase('dbos_world');
  await queryOnce(worldUrl, EFFECT_TABLE);
  const killed: Killed = {
    program: './p25-dbos-executor.js',
    args: [url, worldUrl, String(load.runs), String(load.tasks)],
    ...{ worldUrl, databaseUrl: url },
    begin: (child, prefix) => {
      child.send(prefix);
      return Promise.resolve();
    },
    completed: (prefix) =>
      `select count(*) as runs from dbos.workflow_status where status = 'SUCCESS' and workflow_uuid like '${prefix}-%'`,
  };
  return sideOf(name, killed, { load, close: () => Promise.resolve() });
}

function sideOf(
  name: string,
  killed: Killed,
  rest: { readonly load: KilledLoad; readonly close: () => Promise<void> },
): OpenSide {
  const children = new Set<ChildProcess>();
  let round = 0;
  return {
    name,
    measure: async () => {
      round += 1;
      try {
        return await killAndRecover(killed, { load: rest.load, prefix: `round-${round}`, children });
      } finally {
        await endAll(children);
      }
    },
    close: async () => {
      await endAll(children);
      await rest.close();
    },
  };
}

async function killAndRecover(
  killed: Killed,
  of: { readonly load: KilledLoad; readonly prefix: string; readonly children: Set<ChildProcess> },
): Promise<Figures> {
  const { children, load, prefix } = of;
  const begun = new Set<string>();
  const first = await startChild(killed, children, (run) => begun.add(run));
  await killed.begin(first, prefix);
  await until('all runs to begin', () => Promise.resolve(begun.size === load.runs));
  await sleep(KILL_AFTER_MS);
  const poll = new pg.Client({ connectionString: killed.databaseUrl });
  await poll.connect();
  const completed = async (): Promise<number> =>
    Number((await poll.query<{ runs: string }>(killed.completed(prefix))).rows[0]?.runs);
  try {
    await end(first, children);
    const openAtKill = load.runs - (await completed());
    const started = performance.now();
    let resumed = Number.NaN;
    const second = startChild(killed, children, () => {
      if (Number.isNaN(resumed)) resumed = performance.now() - started;
    });
    await second;
    await until('all runs to be completed', async () => (await completed()) === load.runs);
    return { allDoneMs: performance.now() - started, resumedMs: resumed, openAtKill, ...(await effects(killed, of)) };
  } finally {
    await poll.end();
  }
}

/** Each task had its effect; how many had it more than once. */
async function effects(
  { worldUrl }: Killed,
  { load, prefix }: { readonly load: KilledLoad; readonly prefix: string },
): Promise<{ readonly effectsTwice: number }> {
  const text = `select count(*) as made, count(distinct (run, task)) as tasks from effect where run like '${prefix}-%'`;
  const [row] = await queryOnce<{ made: string; tasks: string }>(worldUrl, text);
  const tasks = load.runs * load.tasks;
  if (Number(row?.tasks) !== tasks) throw new Error(`${row?.tasks ?? 0} of ${tasks} tasks had their effect`);
  return { effectsTwice: Number(row?.made) - tasks };
}

async function startChild(
  { args, program }: Killed,
  children: Set<ChildProcess>,
  begins: (run: string) => void,
): Promise<ChildProcess> {
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), args, { stdio: [...stdio] });
  children.add(child);
  const ready = new Promise<void>((resolve) => {
    child.on('message', (said) => {
      if (said === 'ready') resolve();
      else if (typeof said === 'string') begins(said);
    });
  });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${program} ended`)));
  ended.catch(() => undefined); // Later it is expected.
  await Promise.race([ready, ended]);
  return child;
}

async function end(child: ChildProcess, children: Set<ChildProcess>): Promise<void> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function endAll(children: Set<ChildProcess>): Promise<void> {
  await Promise.all([...children].map((child) => end(child, children)));
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + WAIT_MS_MAX;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await sleep(POLL_MS);
  }
}
