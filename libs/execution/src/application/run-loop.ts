import type { Plan, Priority } from '@caisson/contracts';
import type { Waited } from '@caisson/engine';
import { Fault, type Instant } from '@caisson/kernel';
import type { AttemptRef, ExecutionCommand } from '../domain/execution.commands.js';
import type { ExecutionEvent, InRun } from '../domain/execution.events.js';
import { activePhase, isOpen, tasksInFlight, workOf, type ExecutionState } from '../domain/execution.state.js';
import { RETRY_WAIT_MS_MAX } from '../domain/retry-policy.js';
import { actionKeyOf, taskIdOf, type Task, type TaskPhase, type TaskRef } from '../domain/task.state.js';
import { findTask } from '../domain/work.js';
import { indexPlan, prepareWork, type PlanIndex } from './attempt-work.js';
import type { Decided, ExecutionSession } from './execution-session.js';
import { executionStreamId } from './execution.aggregate.js';
import { Inbox } from './inbox.js';
import type { ExecutionPorts } from './ports.js';
import type { Slot } from './slots.js';
import { TASK_ABORTED } from '../domain/execution.decide-outcome.js';
import type { StopReason } from './supervise.js';
import { resolveAttempt, runAttempt, type Attempt, type RunnerContext } from './task-runner.js';
import { outputsOf, verify } from './verify.js';
import { Waits } from './waits.js';
import { WaitingTasks } from './waiting-tasks.js';

/** Wakes the holder of a run's execution: somebody recorded something in its stream. */
export function executionChannel(runId: string): string {
  return `execution-${runId}`;
}

/** How often tasks are asked for again that the tenant had no room for. */
const ASK_AGAIN_MS = 500;

/**
 * Tasks that one append starts. A task begins when its intent is recorded, and its result waits for the append under
 * way: in small appends both come sooner. With fewer the price of a commit shows (figures in ADR 0035).
 */
const STARTS_PER_APPEND_MAX = 10;

/** A run in the hand of its lease holder. */
export interface HeldRun {
  readonly ports: ExecutionPorts;
  readonly session: ExecutionSession;
  readonly tenantId: string;
  readonly run: InRun;
  readonly priority: Priority;
  readonly fencingToken: number;
  /** The plan of the present cycle; undefined while only a rollback is to be done. */
  readonly plan: Plan | undefined;
  /** What begins the execution; absent when that is recorded. */
  readonly opening?: ExecutionCommand | undefined;
  /** Aborted when the lease is lost or the process must end at once. */
  readonly signal: AbortSignal;
  /** Aborted when nothing new may be started here. */
  readonly draining: AbortSignal;
}

/**
 * Carries one execution on until it ends. Each turn records what came in since the last one and the intents of what may
 * start, in one append; while that is on its way, more comes in. So the store is written to as often as it answers.
 */
export class RunLoop {
  readonly #held: HeldRun;
  readonly #inbox = new Inbox();
  readonly #waiting: WaitingTasks;
  readonly #plan: PlanIndex;
  readonly #context: RunnerContext;
  readonly #waits: Waits;
  /** Waits that are looked at, or want a place for that. */
  #looking = 0;
  readonly #attempts = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>();
  readonly #timers = new AbortController();
  #verification: { readonly of: string; readonly stop: AbortController; readonly ended: Promise<void> } | undefined;
  /** Tasks whose start the last append was to record. */
  #asked: readonly TaskRef[] = [];
  #stale = false;
  /** Retries that are not due. */
  #retries = 0;
  #cancelSent = false;
  /** Whether a look at the stream is on its way. */
  #lookIsOpen = false;
  #inFlight = 0;
  /** Whether tasks that the tenant had no room for are about to be asked for again. */
  #asksAgain = false;

  constructor(held: HeldRun) {
    this.#held = held;
    this.#plan = indexPlan(held.plan);
    const { ports, priority, tenantId, run, fencingToken, signal } = held;
    const owner = { tenantId, runId: run.runId, priority };
    this.#waiting = new WaitingTasks(ports.slots, owner, () => this.#inbox.wake());
    const report = (...commands: readonly ExecutionCommand[]): void => this.#inbox.push(...commands);
    this.#waits = new Waits(ports.clock, () => this.#inbox.wake());
    const waitsOn = (task: AttemptRef, until: Instant): void => this.#waits.arm(task, until);
    this.#context = { ports, tenantId, ...run, fencingToken, signal, report, waitsOn };
  }

  /**
   * @returns `ended`: nothing is left to do; `left`: the process is draining and another holder goes on; `waiting`: all
   *   that is left waits for something outside, and the timers that were recorded with the waits bring the run back.
   * @throws Fault `lock-lost` or `fenced` (retryable) when somebody else holds the run now.
   */
  async run(): Promise<'ended' | 'left' | 'waiting'> {
    const { draining, ports, run, signal } = this.#held;
    const wake = (): void => this.#inbox.wake();
    signal.addEventListener('abort', wake);
    draining.addEventListener('abort', wake);
    const stopListening = ports.wakeups.listen(executionChannel(run.runId), () => {
      this.#stale = true;
      wake();
    });
    try {
      if (this.#held.opening === undefined) this.#takeOver();
      else this.#inbox.push(this.#held.opening);
      for (;;) {
        const turn = await this.#turn();
        if (turn !== 'on') return turn;
      }
    } finally {
      stopListening();
      signal.removeEventListener('abort', wake);
      draining.removeEventListener('abort', wake);
      await this.#letGo();
    }
  }

  async #turn(): Promise<'on' | 'ended' | 'left' | 'waiting'> {
    const { draining, session, signal } = this.#held;
    if (signal.aborted) throw new Fault('lock-lost', 'The execution is no longer held here.', { retryable: true });
    if (this.#stale) {
      this.#stale = false;
      await session.refresh();
    }
    this.#react(session.state);
    const commands = this.#collect(session.state);
    if (commands.length > 0 || this.#waiting.granted.length > 0) {
      this.#follow(await session.execute(commands, (decided) => this.#starts(decided)));
      return 'on';
    }
    if (!isOpen(session.state)) return 'ended';
    if (draining.aborted && this.#attempts.size === 0) return 'left';
    if (this.#onlyWaits(session.state)) return 'waiting';
    await this.#rest();
    return 'on';
  }

  /** What earlier holders left: queued tasks wait again, and what was running is looked for in the world. */
  #takeOver(): void {
    const { fencingToken, session } = this.#held;
    const phase = activePhase(session.state);
    this.#inbox.push({ type: 'ResumeExecution' });
    for (const task of workOf(session.state, phase).tasks) {
      const ref = { phase, unitId: task.unitId };
      if (task.state === 'queued') this.#waiting.add(ref, task.engine);
      if (task.state === 'retrying') this.#retryLater(ref, this.#msUntilRetry(task.dueAt));
      if (task.state !== 'running') continue;
      if (task.waiting !== undefined) {
        this.#waits.arm(ref, task.waiting.until);
        continue;
      }
      const attempt = { ...ref, attempt: task.attempt, fencingToken };
      const reason = 'the executor that ran it was lost';
      this.#inbox.push({ type: 'RecordTaskUnknown', attempt, reason });
      this.#begin(attempt, task, { with: resolveAttempt });
    }
  }

  /** Starts and stops what the phase asks for besides tasks. */
  #react(state: ExecutionState): void {
    const leaving = this.#held.draining.aborted;
    const cancelling = state.phase === 'cancelling';
    if (leaving) this.#waiting.dropAll();
    if (cancelling) this.#stopAttempts('cancel');
    if (cancelling || state.failure !== undefined) this.#giveUpWaits(state);
    else if (!leaving) for (const task of this.#waits.takeDue(state)) this.#lookAfter(task, activePhase(state));
    if (leaving || cancelling) this.#verification?.stop.abort();
    else if (state.phase === 'verifying' || isUndone(state)) this.#verify(state);
  }

  #collect(state: ExecutionState): readonly ExecutionCommand[] {
    const commands = this.#inbox.drain();
    if (state.phase === 'cancelling' && !this.#cancelSent) {
      this.#cancelSent = true;
      commands.push({ type: 'CancelExecution' });
    }
    return commands;
  }

  /** What starts with the facts that are about to be recorded: what has a place, what they queue included. */
  #starts({ events, state }: Decided): readonly ExecutionCommand[] {
    for (const event of events) if (event.type === 'TaskQueued') this.#queued(event, state);
    const tasks = this.#waiting.granted.slice(0, STARTS_PER_APPEND_MAX);
    const { fencingToken, ports } = this.#held;
    this.#asked = tasks;
    return tasks.length === 0 ? [] : [{ type: 'StartTasks', tasks, fencingToken, at: ports.clock.now() }];
  }

  #follow(events: readonly ExecutionEvent[]): void {
    for (const event of events) {
      if (event.type === 'TaskQueued') this.#queued(event, this.#held.session.state);
      else if (event.type === 'TaskCancelled') this.#waiting.drop(event);
      else if (event.type === 'TaskRetrying') this.#retryLater(event, event.delayMs);
      else if (event.type === 'TaskWaiting') this.#waits.arm(event, event.until);
      else if (event.type === 'TaskStarted') {
        const task = findTask(workOf(this.#held.session.state, event.phase), event.unitId);
        const { phase, unitId, attempt, fencingToken } = event;
        const slot = this.#waiting.take(event);
        if (task !== undefined) this.#begin({ phase, unitId, attempt, fencingToken }, task, { with: runAttempt, slot });
      }
    }
    this.#postpone(this.#held.session.unplaced);
    // What had a place and may not start any more gives it back.
    const left = new Set(this.#held.session.unplaced);
    for (const task of this.#asked) if (!left.has(task)) this.#waiting.drop(task);
  }

  /** Room is made by a task of this run that ends; what other runs leave is noticed by asking again. */
  #postpone(tasks: readonly TaskRef[]): void {
    const inFlight = tasksInFlight(this.#held.session.state);
    if (inFlight < this.#inFlight) this.#waiting.askAgain();
    this.#inFlight = inFlight;
    if (tasks.length === 0) return;
    this.#waiting.postpone(tasks);
    if (this.#asksAgain) return;
    this.#asksAgain = true;
    void this.#held.ports.clock.sleep(ASK_AGAIN_MS, this.#timers.signal).then(() => {
      this.#asksAgain = false;
      if (!this.#timers.signal.aborted) this.#waiting.askAgain();
    });
  }

  #queued(event: TaskRef, state: ExecutionState): void {
    const task = findTask(workOf(state, event.phase), event.unitId);
    if (task?.state === 'queued' && !this.#held.draining.aborted) this.#waiting.add(event, task.engine);
  }

  #begin(
    ref: AttemptRef,
    task: Task,
    how: {
      readonly with: (context: RunnerContext, attempt: Attempt) => Promise<void>;
      readonly slot?: Slot | undefined;
      readonly waited?: Waited;
    },
  ): void {
    const { ports, run, session } = this.#held;
    const { phase, unitId } = ref;
    const prepared = prepareWork({ state: session.state, plan: this.#plan, engines: ports.engines }, phase, task);
    if (prepared.outcome === 'impossible') {
      how.slot?.release();
      const report = { attempt: ref, failure: prepared.failure, touched: false, log: [], at: ports.clock.now() };
      this.#inbox.push({ type: 'RecordTaskFailed', ...report });
      return;
    }
    const waited = how.waited === undefined ? {} : { waited: how.waited };
    const stop = new AbortController();
    const { cycle } = session.state;
    const actionKey = actionKeyOf(run, cycle, { phase, unitId });
    const key = `${phase}/${unitId}`;
    const ended = how
      .with(this.#context, { ref, work: prepared.work, cycle, actionKey, stop: stop.signal, ...waited })
      .catch((error: unknown) => this.#inbox.fail(error))
      .then(() => {
        this.#attempts.delete(key);
        how.slot?.release();
        this.#inbox.wake();
      });
    this.#attempts.set(key, { stop, ended });
  }

  /** Asks the engine again about a wait whose time has come. It takes a place like any attempt. */
  #lookAfter(task: Task, phase: TaskPhase): void {
    const { fencingToken, ports, priority, run, tenantId } = this.#held;
    const { attempt, engine, unitId, waiting } = task;
    if (waiting === undefined) return;
    const { received, since } = waiting;
    const waited = { since, ...(received === undefined ? {} : { received }) };
    this.#looking += 1;
    ports.slots.request({ tenantId, runId: run.runId, priority, engine }, (slot) => {
      this.#looking -= 1;
      const goesOn = !this.#timers.signal.aborted && !this.#held.draining.aborted;
      if (goesOn) this.#begin({ phase, unitId, attempt, fencingToken }, task, { with: runAttempt, slot, waited });
      else slot.release();
    });
  }

  /** What waits for nothing any more ends; there is no tool to be stopped. */
  #giveUpWaits(state: ExecutionState): void {
    const { fencingToken, ports, run } = this.#held;
    const phase = activePhase(state);
    for (const { attempt, unitId, waiting } of this.#waits.takeAll(state)) {
      const ref = { phase, unitId, attempt, fencingToken };
      const message = `"${unitId}" waits no longer: ${state.failure?.message ?? state.cancelReason}`;
      const failure = { code: TASK_ABORTED, message, taskId: taskIdOf(run.runId, ref), diagnostics: [] };
      const touched = waiting?.touched ?? true;
      this.#inbox.push({ type: 'RecordTaskFailed', attempt: ref, failure, touched, log: [], at: ports.clock.now() });
    }
  }

  /** Whether nothing is left here that a process is needed for. */
  #onlyWaits(state: ExecutionState): boolean {
    const { apply, rollback } = state;
    const { running } = activePhase(state) === 'apply' ? apply : rollback;
    if (this.#waits.size === 0 || this.#looking > 0 || running > this.#waits.size) return false;
    const working = state.phase === 'applying' || state.phase === 'rolling-back';
    return working && this.#attempts.size === 0 && this.#waiting.isEmpty && this.#retries === 0;
  }

  /** How long until the wait of a task is looked at; undefined when it does not wait. */
  msUntilDue(task: TaskRef): number | undefined {
    return this.#waits.msUntilDue(task);
  }

  #stopAttempts(reason: StopReason): void {
    for (const { stop } of this.#attempts.values()) stop.abort(reason);
  }

  #retryLater(ref: TaskRef, delayMs: number): void {
    const { phase, unitId } = ref;
    this.#retries += 1;
    void this.#held.ports.clock.sleep(delayMs, this.#timers.signal).then(() => {
      this.#retries -= 1;
      if (!this.#timers.signal.aborted) this.#inbox.push({ type: 'QueueRetry', task: { phase, unitId } });
    });
  }

  /** The due time is by the clock of the holder before, which may have been wrong by hours. */
  #msUntilRetry(dueAt: string | undefined): number {
    if (dueAt === undefined) return 0;
    const leftMs = Date.parse(dueAt) - Date.parse(this.#held.ports.clock.now());
    return Math.min(RETRY_WAIT_MS_MAX, Math.max(0, leftMs));
  }

  #verify(state: ExecutionState): void {
    const phase = activePhase(state);
    const of = `${phase}/${state.askedBy}`;
    if (this.#verification?.of === of) return;
    const { plan, ports, signal, tenantId } = this.#held;
    const stop = new AbortController();
    const until = AbortSignal.any([signal, stop.signal]);
    const ended = verify({ ports, tenantId, state, phase, plan, signal: until })
      .then((failure) => {
        if (until.aborted) return;
        if (phase === 'rollback') {
          this.#inbox.push(
            failure === undefined ? { type: 'RecordRolledBack' } : { type: 'RecordRollbackFailed', failure },
          );
        } else {
          const outputs = outputsOf(state, plan);
          const verified = { type: 'RecordVerified', outputs } as const;
          this.#inbox.push(failure === undefined ? verified : { type: 'RecordVerificationFailed', failure });
        }
      })
      .catch((error: unknown) => this.#inbox.fail(error));
    this.#verification = { of, stop, ended };
  }

  /** Until something comes in, or for a quiet while. */
  async #rest(): Promise<void> {
    const { clock, limits } = this.#held.ports;
    const woken = await this.#inbox.wait(clock, limits.refreshEveryMs);
    if (!woken && !this.#lookIsOpen) void this.#lookAtStream();
  }

  /** Wakes the loop when somebody else recorded something. Goes on beside it: what comes in meanwhile is heard. */
  async #lookAtStream(): Promise<void> {
    const { ports, run, session, tenantId } = this.#held;
    this.#lookIsOpen = true;
    try {
      const version = await ports.looks.versionOf({ tenantId, streamId: executionStreamId(run.runId) });
      if (version <= session.version) return;
      this.#stale = true;
      this.#inbox.wake();
    } catch (error) {
      if (this.#timers.signal.aborted) return; // The run was let go.
      ports.observer.noticed('the execution could not be looked at', { runId: run.runId, error });
    } finally {
      this.#lookIsOpen = false;
    }
  }

  /** Ends everything that was started here, and waits until it has. Each engine has a bounded time for that. */
  async #letGo(): Promise<void> {
    this.#timers.abort();
    this.#waits.stopTimers();
    this.#waiting.dropAll();
    this.#verification?.stop.abort();
    this.#stopAttempts('shutdown');
    await Promise.all([...this.#attempts.values()].map(({ ended }) => ended));
    await this.#verification?.ended;
  }
}

/** Every undoing task has succeeded; what is left is to see it in the world. */
function isUndone({ phase, rollback, failure }: ExecutionState): boolean {
  return phase === 'rolling-back' && rollback.ended === rollback.total && failure === undefined;
}
