import { Fault } from '@caisson/kernel';
import { findProcess, groupMembers, markedProcesses, type ProcessEntry } from './process-table.js';
import { exists, holdsWithin, sendSignal } from './signals.js';

/** How long the kernel may take to remove processes that were killed. */
const REMOVAL_LIMIT_MS = 10_000;

/** Names one process tree: the group of its leader, and the mark that its members inherit. */
export interface ProcessTree {
  readonly runnerId: string;
  readonly processGroupId: number;
  readonly startTicks: number;
}

/**
 * Ends a process tree: asks its leader by SIGINT, waits, kills all that is left, and returns when nothing is left.
 * A process that took over a used id is never touched: the leader is known by its start time, the rest by their mark.
 *
 * @throws Fault `runner-survives` (retryable) when something cannot be killed.
 */
export async function endProcessTree(tree: ProcessTree, graceMs: number): Promise<void> {
  const leader = await findProcess(tree.processGroupId);
  if (leader?.startTicks === tree.startTicks) {
    sendSignal(leader.pid, 'SIGINT');
    await holdsWithin(graceMs, async () => !(await isLeading(tree)));
  }
  await killProcessTree(tree);
}

/** Kills what is left of a process tree and returns when nothing is left. */
export async function killProcessTree(tree: ProcessTree): Promise<void> {
  const gone = await holdsWithin(REMOVAL_LIMIT_MS, async () => {
    const survivors = await survivorsOf(tree);
    for (const survivor of survivors) sendSignal(survivor.pid, 'SIGKILL');
    return survivors.length === 0;
  });
  if (gone) return;
  throw new Fault(
    'runner-survives',
    `The processes of runner ${tree.runnerId} did not end ${REMOVAL_LIMIT_MS} ms after SIGKILL. ` +
      'Look for processes that wait for a device, or restart the machine.',
    { retryable: true },
  );
}

/** Waits until nobody is left in the group of a leader that ended and whose members were killed. */
export async function groupIsEmpty(processGroupId: number): Promise<boolean> {
  return holdsWithin(REMOVAL_LIMIT_MS, async () => {
    if (!exists(-processGroupId)) return true;
    return (await groupMembers(processGroupId)).length === 0;
  });
}

async function isLeading(tree: ProcessTree): Promise<boolean> {
  return (await findProcess(tree.processGroupId))?.startTicks === tree.startTicks;
}

async function survivorsOf(tree: ProcessTree): Promise<readonly ProcessEntry[]> {
  const marked = await markedProcesses(tree.runnerId);
  if (!(await isLeading(tree))) return marked;
  return [...marked, ...(await groupMembers(tree.processGroupId))];
}
