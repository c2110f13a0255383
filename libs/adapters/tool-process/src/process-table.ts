import { readdir, readFile } from 'node:fs/promises';

/** One process as `/proc` shows it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly processGroupId: number;
  /** Start time in clock ticks since boot: with the pid it names one process for ever. */
  readonly startTicks: number;
}

/** Names one process tree: the group of its leader, and the mark that its members inherit. */
export interface ProcessTree {
  readonly runnerId: string;
  readonly processGroupId: number;
  readonly startTicks: number;
}

/** Environment variable that every process of a runner inherits, also one that left the process group. */
export const RUNNER_MARK = 'CAISSON_RUNNER';

/** Looks up one process. Undefined when it is gone or only waits to be reaped. */
export async function findProcess(pid: number): Promise<ProcessEntry | undefined> {
  const stat = await readQuietly(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : parseStat(pid, stat);
}

/** Live members of a process group. O(processes of the machine). */
export async function groupMembers(processGroupId: number): Promise<readonly ProcessEntry[]> {
  const all = await liveProcesses();
  return all.filter((entry) => entry.processGroupId === processGroupId);
}

/**
 * Live processes that carry a runner's mark, whatever group or session they moved to. A process that cleared its
 * environment is not found here. O(processes of the machine).
 *
 * @param startedFrom - start time of the leader, where it is known: who inherits its mark began later, and the
 * environments of all others, most of a machine's processes, need not be read.
 */
export async function markedProcesses(runnerId: string, startedFrom = 0): Promise<readonly ProcessEntry[]> {
  const mark = `${RUNNER_MARK}=${runnerId}`;
  const marked: ProcessEntry[] = [];
  for (const entry of await liveProcesses()) {
    if (entry.startTicks < startedFrom) continue;
    const environment = await readQuietly(`/proc/${entry.pid}/environ`);
    if (environment?.split('\0').includes(mark) === true) marked.push(entry);
  }
  return marked;
}

/** Arguments of a process. Empty when it is gone. */
export async function argumentsOf(pid: number): Promise<readonly string[]> {
  return (await readQuietly(`/proc/${pid}/cmdline`))?.split('\0') ?? [];
}

async function liveProcesses(): Promise<readonly ProcessEntry[]> {
  const names = await readdir('/proc');
  const entries = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map((name) => findProcess(Number.parseInt(name, 10))),
  );
  return entries.filter((entry) => entry !== undefined);
}

/** Fields of proc(5), counted after the command name, which may itself hold spaces and brackets. */
function parseStat(pid: number, stat: string): ProcessEntry | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, , processGroup] = fields;
  const startTicks = fields[19];
  if (state === undefined || processGroup === undefined || startTicks === undefined) return undefined;
  if (state === 'Z' || state === 'X') return undefined;
  return { pid, processGroupId: Number(processGroup), startTicks: Number(startTicks) };
}

/** A process may end between any two looks: what cannot be read is not there, or not ours. */
async function readQuietly(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'latin1');
  } catch {
    return undefined;
  }
}
