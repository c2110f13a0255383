import type { AppliedUnit, Failure } from '@caisson/contracts';
import {
  EngineFailure,
  isWaiting,
  type ApplyResult,
  type AttemptLog,
  type ErrorClass,
  type EngineCall,
  type ResourceState,
  type Waited,
  type Waiting,
} from '@caisson/engine';
import { messageOf, type Instant } from '@caisson/kernel';
import { TASK_ABORTED } from '../domain/execution.decide-outcome.js';
import type { AttemptRef, ExecutionCommand, RetryOffer } from '../domain/execution.commands.js';
import { ATTEMPTS_MAX, backoffMs } from '../domain/retry-policy.js';
import { attemptIdOf } from '../domain/task.state.js';
import { OUTCOME_UNKNOWN } from '../domain/outcome-unknown.js';
import { appliedBy, type AttemptWork } from './attempt-work.js';
import { LogTail } from './log-tail.js';
import { lookAtWorld, surveyAfterFailure, type Finding, type Look } from './look-at-world.js';
import type { ExecutionPorts } from './ports.js';
import { onlyFinishes } from './remaining-changes.js';
import { supervise, type StopReason } from './supervise.js';

/** Around the attempts of one lease holder. */
export interface RunnerContext {
  readonly ports: ExecutionPorts;
  readonly tenantId: string;
  readonly deploymentId: string;
  readonly runId: string;
  readonly fencingToken: number;
  /** Aborted when this holder must let go of everything. */
  readonly signal: AbortSignal;
  /** Takes what is to be recorded, in order. */
  report(...commands: readonly ExecutionCommand[]): void;
  /** The task goes on waiting, until then at the latest; that it waits is recorded. */
  waitsOn(task: AttemptRef, until: Instant): void;
}

/** One attempt that was recorded as started. */
export interface Attempt {
  readonly ref: AttemptRef;
  readonly work: AttemptWork;
  /** Which start of the run. */
  readonly cycle: number;
  readonly actionKey: string;
  /** Tells this attempt to stop; its reason is a `StopReason`. */
  readonly stop: AbortSignal;
  /** What became of the wait that the attempt is in; absent when it does not wait. */
  readonly waited?: Waited;
}

/**
 * Runs one attempt of one task and reports what came of it: what failed for sure as failed, and what cannot be known as
 * unknown, followed by what the world says. Never rejects. After a shutdown what is unknown is left to the next holder.
 */
export async function runAttempt(context: RunnerContext, attempt: Attempt): Promise<void> {
  const { ports } = context;
  const startedMs = ports.clock.monotonicMs();
  const runner = new AttemptRunner(context, attempt);
  const { engine, taskId } = attempt.work;
  const which = { engine: engine.name, taskId, attempt: attempt.ref.attempt };
  const run = (): Promise<Outcome> => runner.run();
  const outcome = await (ports.observer.aroundAttempt?.(which, run) ?? run());
  const durationMs = ports.clock.monotonicMs() - startedMs;
  const { errorClass } = runner;
  ports.observer.attemptEnded({ ...which, outcome, durationMs, ...(errorClass === undefined ? {} : { errorClass }) });
}

/** Finds out what became of an attempt of an earlier holder, by looking at the world only. Never rejects. */
export async function resolveAttempt(context: RunnerContext, attempt: Attempt): Promise<void> {
  await new AttemptRunner(context, attempt).resolve({
    code: 'executor-lost',
    message: `The executor that ran "${attempt.work.unitId}" was lost, and what it meant to do was not done.`,
  });
}

type Outcome = 'waiting' | 'succeeded' | 'failed' | 'timed-out' | 'unknown' | 'resolved';

/** A failure before it is known where it belongs. */
type Reason = Pick<Failure, 'code' | 'message'> & Partial<Pick<Failure, 'diagnostics'>>;

class AttemptRunner {
  readonly #context: RunnerContext;
  readonly #attempt: Attempt;
  readonly #log = new LogTail();
  readonly #wholeLog: AttemptLog;
  #errorClass: ErrorClass | undefined;

  constructor(context: RunnerContext, attempt: Attempt) {
    this.#context = context;
    this.#attempt = attempt;
    const { cycle, ref, work } = attempt;
    const attemptId = attemptIdOf(work.taskId, cycle, ref.attempt);
    this.#wholeLog = context.ports.logs.open({ tenantId: context.tenantId, attemptId });
  }

  /** Of what went wrong; undefined while nothing did. */
  get errorClass(): ErrorClass | undefined {
    return this.#errorClass;
  }

  async run(): Promise<Outcome> {
    const { ports } = this.#context;
    const timeoutMs = this.#timeoutMs();
    const { clock, limits } = ports;
    const supervision = { clock, timeoutMs, graceMs: limits.abortGraceMs, stop: this.#attempt.stop };
    const ended = await supervise(supervision, (signal) => this.#call(signal));
    await this.#wholeLog.flush(); // Whoever learns of the end finds the log whole.
    if (this.#context.signal.aborted && ended.outcome !== 'value') return this.#leave();
    switch (ended.outcome) {
      case 'value':
        return this.#succeeded(ended.value);
      case 'abandoned':
        return this.#abandoned(ended.stoppedBy);
      case 'error':
        return this.#failed(ended.error, ended.stoppedBy);
    }
  }

  /** Looks at the world until it tells what became of the attempt. */
  async resolve(notDone: Reason): Promise<Outcome> {
    const finding = await lookAtWorld(this.#look(), this.#attempt.work);
    if (this.#context.signal.aborted) return 'unknown';
    if (finding.outcome === 'undecided') this.#reportUndecided(finding.reason);
    else if (finding.outcome === 'done') this.#reportResolved(finding);
    else {
      this.#reportResolved(finding);
      this.#reportFailed(notDone, { touched: finding.touched, retry: true });
    }
    return 'resolved';
  }

  async #call(signal: AbortSignal): Promise<Answer> {
    const { waited, work } = this.#attempt;
    const { engine, unit, previous } = work;
    const call = { ...this.#engineCall(), signal };
    if (work.effect === 'destroy') return { evidence: await engine.destroy(unit, call) };
    const given = { unit, ...(previous === undefined ? {} : { previous }) };
    if (engine.applyOrWait !== undefined) {
      return engine.applyOrWait({ ...given, ...(waited === undefined ? {} : { waited }) }, call);
    }
    const artifact = await this.#artifact();
    if (artifact === undefined) return engine.apply(given, call);
    try {
      return await engine.apply({ ...given, artifact }, call);
    } catch (error) {
      const remainder = isStale(error) ? await this.#remainder(call) : undefined;
      if (remainder === undefined) throw error;
      return engine.apply({ ...given, artifact: remainder }, call);
    }
  }

  /**
   * After an attempt that was cut off, the saved dry run fits no more. A new one is used when all it does is to finish
   * what was approved; everything else needs a new approval.
   */
  async #remainder(call: EngineCall): Promise<Uint8Array | undefined> {
    const { ref, work } = this.#attempt;
    if (ref.attempt === 1) return undefined; // Nothing of ours was cut off: somebody else changed the world.
    const { approved, engine, previous, unit } = work;
    const request = { unit, ...(previous === undefined ? {} : { previous }), unknowns: [], destroy: false };
    const left = await engine.plan(request, { ...call, fencingToken: 0 });
    return onlyFinishes(approved, left.changes) ? left.artifact : undefined;
  }

  async #artifact(): Promise<Uint8Array | undefined> {
    const { artifact, unitId } = this.#attempt.work;
    if (artifact === undefined) return undefined;
    const bytes = await this.#context.ports.artifacts.get(this.#context.tenantId, artifact);
    if (bytes !== undefined) return bytes;
    const message = `The saved dry run of "${unitId}" that was approved is gone. Plan the run again.`;
    throw new EngineFailure('artifact-missing', message, { errorClass: 'permanent' });
  }

  #succeeded(result: Answer): Outcome {
    if (isWaiting(result)) return this.#waits(result);
    const { evidence } = result;
    const left = 'resources' in result ? result.resources : [];
    this.#context.report({ type: 'RecordTaskSucceeded', ...this.#report(), ...this.#appliedBy(left), evidence });
    return 'succeeded';
  }

  #waits({ waiting }: Waiting): Outcome {
    const { ref, waited } = this.#attempt;
    const { clock } = this.#context.ports;
    if (waited !== undefined) this.#context.waitsOn(ref, waiting.until);
    else this.#context.report({ type: 'RecordTaskWaiting', attempt: ref, wait: waiting, at: clock.now() });
    return 'waiting';
  }

  async #failed(error: unknown, stoppedBy: StopReason | undefined): Promise<Outcome> {
    const failure = error instanceof EngineFailure ? error : undefined;
    this.#errorClass = stoppedBy === 'timeout' || failure === undefined ? 'unknown' : failure.errorClass;
    const reason = reasonOf(error, failure);
    if (stoppedBy === 'timeout') return this.#timedOut();
    if (stoppedBy === 'shutdown') return this.#leave();
    if (failure === undefined || failure.errorClass === 'unknown') return this.#unknown(reason, stoppedBy);
    const retry = failure.errorClass === 'transient' && this.#attempt.ref.attempt < ATTEMPTS_MAX;
    const left = await this.#leftBy(failure, retry);
    this.#reportFailed(stoppedBy === 'cancel' ? aborted(reason) : reason, { ...left, retry });
    return 'failed';
  }

  /** The tool's own words first; where it has none and nothing follows, one look tells whether it left something. */
  async #leftBy({ partial, untouched }: EngineFailure, retry: boolean): Promise<Left> {
    if (untouched) return { touched: false };
    if (partial !== undefined) return { touched: true, ...this.#appliedBy(partial.resources) };
    return retry ? { touched: false } : surveyAfterFailure(this.#look(), this.#attempt.work);
  }

  #appliedBy(resources: readonly ResourceState[]): { readonly applied?: AppliedUnit } {
    const applied = appliedBy(this.#attempt.work, this.#context.runId, resources);
    return applied === undefined ? {} : { applied };
  }

  async #unknown(reason: Reason, stoppedBy: StopReason | undefined): Promise<Outcome> {
    this.#reportUnknown(reason.message);
    return this.resolve(stoppedBy === 'cancel' ? aborted(reason) : reason);
  }

  /** A deadline says nothing about the effect. */
  async #timedOut(): Promise<Outcome> {
    const timeoutMs = this.#timeoutMs();
    this.#reportUnknown(`it did not end within ${timeoutMs} ms`);
    const finding = await lookAtWorld(this.#look(), this.#attempt.work);
    if (this.#context.signal.aborted) return 'unknown';
    if (finding.outcome === 'undecided') {
      this.#reportUndecided(finding.reason);
      return 'unknown';
    }
    this.#reportResolved(finding);
    if (finding.outcome === 'done') return 'resolved';
    const { touched } = finding;
    const retry = this.#retry();
    this.#context.report({ type: 'RecordTaskTimedOut', ...this.#report(), timeoutMs, touched, retry });
    return 'timed-out';
  }

  /** It was told to stop and goes on: nothing can be learned while it may still act. */
  #abandoned(stoppedBy: StopReason): Outcome {
    this.#errorClass = 'unknown';
    this.#reportUnknown(`it was told to stop (${stoppedBy}) and did not end`);
    this.#reportUndecided('the tool may still be at work');
    return 'unknown';
  }

  #leave(): Outcome {
    this.#errorClass = 'unknown';
    this.#reportUnknown('the executor had to let go of it');
    return 'unknown';
  }

  #reportUnknown(reason: string): void {
    this.#context.report({ type: 'RecordTaskUnknown', attempt: this.#attempt.ref, reason });
  }

  #reportResolved(finding: Exclude<Finding, { outcome: 'undecided' }>): void {
    const { outcome, applied, evidence } = finding;
    const touched = finding.outcome === 'done' || finding.touched;
    const result = applied === undefined ? {} : { applied };
    this.#context.report({ type: 'RecordTaskResolved', ...this.#report(), outcome, ...result, touched, evidence });
  }

  #reportUndecided(why: string): void {
    const message =
      `It is not known whether "${this.#attempt.work.unitId}" was changed: ${why}. ` +
      'Look at the world, then retry the run or roll it back.';
    this.#reportFailed({ code: OUTCOME_UNKNOWN, message }, { touched: true, retry: false });
  }

  #reportFailed(reason: Reason, { retry, ...left }: Left & { readonly retry: boolean }): void {
    const failure: Failure = { diagnostics: [], ...reason, taskId: this.#attempt.work.taskId };
    const offer = retry ? { retry: this.#retry() } : {};
    this.#context.report({ type: 'RecordTaskFailed', ...this.#report(), failure, ...left, ...offer });
  }

  #retry(): RetryOffer {
    const { clock, random } = this.#context.ports;
    const delayMs = backoffMs(this.#attempt.ref.attempt, random.next());
    return { delayMs, dueAt: later(clock.now(), delayMs) };
  }

  #report() {
    return { attempt: this.#attempt.ref, log: this.#log.lines, at: this.#context.ports.clock.now() };
  }

  #timeoutMs(): number {
    return Math.max(this.#context.ports.limits.taskTimeoutMsMin, 2 * this.#attempt.work.estimatedMs);
  }

  #engineCall(): Omit<EngineCall, 'signal'> {
    const { tenantId, deploymentId, runId, fencingToken, ports } = this.#context;
    const { actionKey, work } = this.#attempt;
    const log = (line: string): void => {
      this.#log.add(line);
      this.#wholeLog.add(line);
      ports.observer.toolSaid(work.taskId, line);
    };
    return { tenantId, deploymentId, runId, actionKey, fencingToken, log };
  }

  #look(): Look {
    const { ports, runId, signal } = this.#context;
    const { clock, limits } = ports;
    const call = { ...this.#engineCall(), fencingToken: 0 };
    return { clock, runId, call, signal, withinMs: limits.lookWithinMs, everyMs: limits.lookEveryMs };
  }
}

type Answer = ApplyResult | { readonly evidence: ApplyResult['evidence'] } | Waiting;

type Left = Pick<Extract<ExecutionCommand, { type: 'RecordTaskFailed' }>, 'touched' | 'applied'>;

function reasonOf(error: unknown, failure: EngineFailure | undefined): Reason {
  if (failure === undefined) return { code: 'engine-broken', message: `The engine broke: ${messageOf(error)}` };
  return { code: failure.code, message: failure.message, diagnostics: [...failure.diagnostics] };
}

function aborted(reason: Reason): Reason {
  return { ...reason, code: TASK_ABORTED, message: `It was stopped because the run is cancelled: ${reason.message}` };
}

function later(instant: Instant, ms: number): Instant {
  return new Date(Date.parse(instant) + ms).toISOString();
}

function isStale(error: unknown): boolean {
  return error instanceof EngineFailure && error.code === 'plan-stale';
}
