import { Fault } from '@caisson/kernel';
import { GATE_NAME } from './gate.js';
import {
  argumentsOf,
  findProcess,
  groupMembers,
  markedProcesses,
  type ProcessEntry,
  type ProcessTree,
} from './process-table.js';
import { exists, holdsWithin, sendSignal } from './signals.js';

/** How long the kernel may take to remove processes that were killed. */
const REMOVAL_LIMIT_MS = 10_000;

/** How often a watcher is asked again: it may not have been listening yet. */
const ASK_AGAIN_MS = 500;

/**
 * Ends a process tree: asks it to stop, waits for the grace, kills all that is left, and returns when nothing is left.
 * A process that took over a used id is never touched: the leader is known by its start time, the rest by their mark.
 *
 * @throws Fault `runner-survives` (retryable) when something cannot be killed, `runners-not-proven-gone` (retryable)
 * when the signal ends the waiting.
 */
export async function endProcessTree(tree: ProcessTree, graceMs: number, signal?: AbortSignal): Promise<void> {
  const deadline = performance.now() + graceMs;
  while (performance.now() < deadline && (await askToStop(tree))) {
    if (signal?.aborted === true) {
      const message = `Runner ${tree.runnerId} was asked to stop and may still act. Ask again.`;
      throw new Fault('runners-not-proven-gone', message, { retryable: true });
    }
    const limitMs = Math.min(ASK_AGAIN_MS, deadline - performance.now());
    if (await holdsWithin(limitMs, async () => !(await isLeading(tree)))) break;
  }
  await killProcessTree(tree);
}

/** Waits for a tool that was asked to stop, and kills it with all it started when it does not within the grace. */
export async function awaitLeader(tree: ProcessTree, graceMs: number): Promise<void> {
  const gone = await holdsWithin(graceMs, async () => !(await isLeading(tree)));
  if (!gone) await killProcessTree(tree);
}

/**
 * Asks the watcher to interrupt the tool. False when there is nothing to wait for: no tool runs, or nobody watches.
 * The relays go by the same name and ignore the signal.
 */
async function askToStop(tree: ProcessTree): Promise<boolean> {
  if (!(await isLeading(tree))) return false;
  let asked = false;
  for (const { pid } of await groupMembers(tree.processGroupId)) {
    if (pid === tree.processGroupId || !(await argumentsOf(pid)).includes(GATE_NAME)) continue;
    asked = sendSignal(pid, 'SIGUSR1') || asked;
  }
  return asked; // Nobody: a gate that was never told to go. It holds nothing.
}

/**
 * Kills what is left of a process tree and returns when nothing is left.
 *
 * @returns how many processes were found at the first look.
 */
export async function killProcessTree(tree: ProcessTree): Promise<number> {
  let found: number | undefined;
  const gone = await holdsWithin(REMOVAL_LIMIT_MS, async () => {
    const survivors = await survivorsOf(tree);
    found ??= survivors.length;
    for (const survivor of survivors) sendSignal(survivor.pid, 'SIGKILL');
    return survivors.length === 0;
  });
  if (gone) return found ?? 0;
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
  const marked = await markedProcesses(tree.runnerId, tree.startTicks);
  if (!(await isLeading(tree))) return marked;
  return [...marked, ...(await groupMembers(tree.processGroupId))];
}
