import type { RunnerRegistry } from '@caisson/engine';
import { Fault } from '@caisson/kernel';
import { awaitLeader, groupIsEmpty, killProcessTree } from './end-process-tree.js';
import { openGate, type Gate, type GateOptions } from './gate.js';
import { hostId } from './host.js';
import { sendSignal } from './signals.js';
import { watchFolder } from './watch-folder.js';
import { collectOutput, type CollectedOutput, type OutputOptions } from './tool-output.js';

/** Who the processes belong to, and where that is recorded before they may act. */
export interface RunnerRegistration {
  readonly registry: RunnerRegistry;
  readonly tenantId: string;
  readonly deploymentId: string;
  readonly fencingToken: number;
}

/**
 * One run of a tool. `runnerId` is unique: every process that the tool starts carries it in its environment. `command`
 * and `args` are used as they are, no shell reads them. `env` is the whole environment (`toolEnvironment`). `graceMs`
 * is how long the tool may take to stop when asked before everything is killed.
 */
export interface ToolRun extends GateOptions, OutputOptions {
  /** Stops the tool and all that it started. */
  readonly signal: AbortSignal;
  /** After so long the tool is stopped as if by the signal. */
  readonly timeoutMs: number;
  /** Bytes in its folder at which it is stopped. Absent: nobody looks. */
  readonly folderBytesMax?: number;
  /** Absent: the tool only reads, and nobody needs to find it after a crash. */
  readonly registration?: RunnerRegistration;
}

/** How a tool ended. */
export interface ToolResult extends CollectedOutput {
  /** Exit code; undefined when a signal ended it, or when it was never started. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** It was stopped because its time was over. */
  readonly timedOut: boolean;
  /** It was stopped, or never started, because the caller's signal was aborted. */
  readonly aborted: boolean;
  /** It did what no tool may: it was stopped for that, or what it left was ended. */
  readonly misbehaved?: Misbehaviour;
}

/** It said or stored too much, or processes that it had started went on after it had ended. */
export type Misbehaviour = 'too-much-output' | 'folder-full' | 'left-processes';

/**
 * Runs a tool in a process group of its own and returns when the tool and all of its group have ended.
 *
 * The group starts as an idle gate that is recorded in the registry before it is told to go, so a crash leaves either
 * a gate that ends by itself or a runner that `killRunners` finds.
 *
 * @throws Fault `tool-start-failed` when no process could be made, `runner-survives` when one could not be ended (it
 * stays registered), and whatever the registry throws before the tool was started.
 */
export async function runTool(run: ToolRun): Promise<ToolResult> {
  if (run.signal.aborted) return NEVER_STARTED;
  const gate = await openGate({ ...run, outlivesUs: run.registration !== undefined });
  const stopper = new Stopper(run, gate);
  const output = collectOutput(gate.child, run, () => stopper.stop('too-much-output'));
  const registered = await registerOrClear(run, gate);
  stopper.begin();
  if (stopper.reason === undefined) gate.go();
  const exit = await Promise.race([gate.ended, stopper.failed]);
  await stopper.finish();
  const collected = await output(); // Before the group is cleared: relays may still be carrying the last lines.
  await clearGroup(gate);
  const left = await killProcessTree(gate.tree); // Also what left the group.
  if (registered) await forget(run);
  return { ...exit, ...collected, ...endOf(stopper.reason, left) };
}

const NEVER_STARTED: ToolResult = {
  code: undefined,
  signal: undefined,
  timedOut: false,
  aborted: true,
  outputTruncated: false,
  stdout: '',
};

/** A tool that was told to stop may leave something; one that ended by itself may not. */
function endOf(reason: StopCause | undefined, left: number): Pick<ToolResult, 'timedOut' | 'aborted' | 'misbehaved'> {
  const byUs = reason === 'timeout' || reason === 'abort';
  const misbehaved = reason === undefined && left > 0 ? 'left-processes' : reason;
  return {
    timedOut: reason === 'timeout',
    aborted: reason === 'abort',
    ...(byUs || misbehaved === undefined ? {} : { misbehaved: misbehaved as Misbehaviour }),
  };
}

/** Why a tool is told to stop. */
type StopCause = 'abort' | 'timeout' | 'too-much-output' | 'folder-full';

/** Ends the tree when the caller's signal is aborted or the time is over, whichever comes first. */
class Stopper {
  readonly #run: ToolRun;
  readonly #gate: Gate;
  readonly #onAbort = (): void => {
    this.stop('abort');
  };
  /** Rejects when the tree could not be ended: its exit must not be awaited any longer. */
  readonly failed: Promise<never>;
  readonly #fail: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #stopWatching: () => void = () => undefined;
  #ending: Promise<void> | undefined;
  #reason: StopCause | undefined;

  constructor(run: ToolRun, gate: Gate) {
    this.#run = run;
    this.#gate = gate;
    let fail: (error: unknown) => void = () => undefined;
    this.failed = new Promise((_resolve, reject) => {
      fail = reject;
    });
    this.#fail = fail;
    this.failed.catch(() => undefined); // Whoever waits for it is told; nobody has to.
  }

  /** Why it was stopped; undefined while it was not. */
  get reason(): StopCause | undefined {
    return this.#reason;
  }

  begin(): void {
    this.#timer = setTimeout(() => {
      this.stop('timeout');
    }, this.#run.timeoutMs);
    const { cwd, folderBytesMax } = this.#run;
    if (folderBytesMax !== undefined) {
      this.#stopWatching = watchFolder(cwd, folderBytesMax, () => this.stop('folder-full'));
    }
    if (this.#run.signal.aborted) this.stop('abort');
    else this.#run.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Stops watching and waits for an ending that is under way. Throws what that threw. */
  async finish(): Promise<void> {
    clearTimeout(this.#timer);
    this.#stopWatching();
    this.#run.signal.removeEventListener('abort', this.#onAbort);
    await this.#ending;
  }

  /** Asks the tool to stop, and kills it after the grace. Only the first cause counts. */
  stop(reason: StopCause): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#gate.hangUp();
    this.#ending = awaitLeader(this.#gate.tree, this.#run.graceMs);
    this.#ending.catch(this.#fail);
  }
}

async function registerOrClear(run: ToolRun, gate: Gate): Promise<boolean> {
  if (run.registration === undefined) return false;
  const { registry, tenantId, deploymentId, fencingToken } = run.registration;
  const { processGroupId, startTicks } = gate.tree;
  try {
    await registry.register({
      runnerId: run.runnerId,
      tenantId,
      deploymentId,
      fencingToken,
      hostId: hostId(),
      processGroupId,
      startTicks,
      workDirectory: run.cwd,
    });
    return true;
  } catch (error) {
    gate.hangUp();
    await gate.ended;
    await clearGroup(gate);
    throw error;
  }
}

/** Kills what the tool left in its group: the watcher, and children that it did not wait for. */
async function clearGroup(gate: Gate): Promise<void> {
  const { tree } = gate;
  sendSignal(-tree.processGroupId, 'SIGKILL');
  const empty = await groupIsEmpty(tree.processGroupId);
  await gate.discard();
  if (empty) return;
  throw new Fault('runner-survives', `Processes of runner ${tree.runnerId} did not end after SIGKILL.`, {
    retryable: true,
  });
}

/** The tool has ended, and its result must not be lost: a row left behind names a runner that is found to be gone. */
async function forget(run: ToolRun): Promise<void> {
  if (run.registration === undefined) return;
  const { registry, tenantId } = run.registration;
  await registry.forget({ tenantId, runnerId: run.runnerId }).catch(() => undefined);
}
