import type { EventOf, Failure, Plan } from '@caisson/contracts';
import type { JobVerdict } from '@caisson/event-sourcing';
import { Fault, isRetryable, messageOf } from '@caisson/kernel';
import type { ExecutionCommand } from '../domain/execution.commands.js';
import { isOpen, type ExecutionState } from '../domain/execution.state.js';
import type { TaskRef } from '../domain/task.state.js';
import { executionStreamId } from './execution.aggregate.js';
import { ExecutionSession } from './execution-session.js';
import type { ExecutionPorts } from './ports.js';
import { priorityOf } from './react-to-deployment.js';
import { changedEngine } from './changed-engine.js';
import { readPlan, type FoundPlan } from './read-plan.js';
import { RunLoop } from './run-loop.js';

/** A fact that asks for an execution or for its undoing. */
export type AskingEvent = Extract<EventOf<'deployment'>, { fact: 'run-started' | 'run-rollback-started' }>;

/** One try of the work that a fact asks for. */
export interface RunRequest {
  readonly event: AskingEvent;
  /** Aborted when nothing new may be started here. */
  readonly draining: AbortSignal;
  /** Aborted when this process must let go at once. */
  readonly signal: AbortSignal;
  /** Nobody will try again: an error that stays ends the run as failed. */
  readonly lastTry: boolean;
  /** The wait whose timer brought this request. */
  readonly timed?: TaskRef | undefined;
}

/** How long until another try when a deployment is held by somebody else. */
const HELD_ELSEWHERE_MS = 1000;

/**
 * Does what a fact asks for, as the only one: takes the lease, stops what earlier holders left running, and carries the
 * execution on from wherever its stream ends. Safe to call again after any crash.
 *
 * @throws Fault (retryable) when the lease was lost or the store is away; whatever else is thrown is a bug.
 */
export async function runExecution(ports: ExecutionPorts, request: RunRequest): Promise<JobVerdict> {
  const { event, signal } = request;
  const { deploymentId, runId } = event.data;
  const { tenantId } = event;
  const lease = {
    tenantId,
    resource: `execution:${deploymentId}`,
    ttlMs: ports.limits.leaseMs,
    waitMs: ports.limits.leaseWaitMs,
    fences: [executionStreamId(runId)],
    signal,
  };
  try {
    return await ports.locks.withLock(lease, (lock) => new Holder(ports, request, lock).carryOn());
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'lock-unavailable') throw error;
    return { outcome: 'again', delayMs: HELD_ELSEWHERE_MS, reason: messageOf(error) };
  }
}

type StartExecution = Extract<ExecutionCommand, { type: 'StartExecution' }>;

/** Why a request comes back at once. */
const GOES_ON = 'another holder goes on';

/** The lease holder of one execution. */
class Holder {
  readonly #ports: ExecutionPorts;
  readonly #request: RunRequest;
  readonly #lock: { readonly fencingToken: number; readonly signal: AbortSignal };

  #found: { readonly planDigest: string; readonly answer: Promise<FoundPlan> } | undefined;

  constructor(
    ports: ExecutionPorts,
    request: RunRequest,
    lock: { readonly fencingToken: number; readonly signal: AbortSignal },
  ) {
    this.#ports = ports;
    this.#request = request;
    this.#lock = lock;
  }

  async carryOn(): Promise<JobVerdict> {
    const { event } = this.#request;
    // On its way while the stream is read; whoever needs the plan hears of a failure.
    if (event.fact === 'run-started') this.#find(event.data.planDigest).catch(() => undefined);
    const session = await this.#open();
    try {
      return await this.#carryOn(session);
    } catch (error) {
      if (isRetryable(error) || !(this.#request.lastTry || isTooLarge(error))) throw error;
      await session.execute(this.#giveUp(session, abandoned(error)));
      return { outcome: 'done' };
    }
  }

  /** Ends what is open, or, when it was not even begun, says that it never will: the run waits for either. */
  #giveUp({ state }: ExecutionSession, failure: Failure): readonly ExecutionCommand[] {
    const { event } = this.#request;
    const abandon: ExecutionCommand = { type: 'AbandonExecution', failure };
    if (event.fact !== 'run-started' || state.askedBy >= event.sequence) return [abandon];
    const { applied, deploymentId, runId } = event.data;
    const refuse = { type: 'RefuseExecution', deploymentId, runId, askedBy: event.sequence, applied, failure } as const;
    return [abandon, refuse];
  }

  async #carryOn(session: ExecutionSession): Promise<JobVerdict> {
    const { timed } = this.#request;
    const opening = await this.#begin(session);
    if (opening === undefined && !isOpen(session.state)) return { outcome: 'done' };
    const loop = await this.#loopOver(session, opening);
    const outcome = await loop.run();
    if (opening !== undefined) await this.#refuseUnbegun(session, opening);
    if (this.#isBefore(session) || outcome === 'left') {
      return { outcome: 'again', delayMs: outcome === 'waiting' ? HELD_ELSEWHERE_MS : 0, reason: GOES_ON };
    }
    const delayMs = outcome === 'waiting' && timed !== undefined ? loop.msUntilDue(timed) : undefined;
    return delayMs === undefined
      ? { outcome: 'done' }
      : { outcome: 'again', delayMs, reason: `${timed?.unitId} waits` };
  }

  /** Nothing that an earlier holder left runs any more when it goes on. */
  async #loopOver(session: ExecutionSession, opening: StartExecution | undefined): Promise<RunLoop> {
    const { event, draining } = this.#request;
    const { fencingToken, signal } = this.#lock;
    const { deploymentId, runId } = event.data;
    const { tenantId } = event;
    await this.#ports.oldRunners.stop({ tenantId, deploymentId, fencingToken, signal });
    const plan = await this.#planOf(opening ?? session.state, session.state.phase);
    const of = { tenantId, run: { deploymentId, runId }, priority: priorityOf(event), plan, opening };
    return new RunLoop({ ports: this.#ports, session, ...of, fencingToken, signal, draining });
  }

  /** A plan whose units wait for each other in a circle was not begun. */
  async #refuseUnbegun(session: ExecutionSession, opening: StartExecution): Promise<void> {
    if (session.state.askedBy >= opening.askedBy) return;
    await session.execute([refusalOf(opening, planFailure('circular', opening.planDigest))]);
  }

  #open(): Promise<ExecutionSession> {
    const { store, clock, service, observer } = this.#ports;
    const { event } = this.#request;
    const { tenantId, correlationId, id: causationId } = event;
    const { runId } = event.data;
    return ExecutionSession.open({
      ...{ store, clock, service, runId },
      ...this.#lock,
      context: { tenantId, correlationId, causationId, actor: `service:${service}` },
      onRejected: (command, rejection) => {
        observer.noticed('a command came too late', { runId, command: command.type, ...rejection });
      },
    });
  }

  /** Whether what this request asks for is still to be begun: an earlier cycle had to be brought to its end first. */
  #isBefore(session: ExecutionSession): boolean {
    return session.state.askedBy < this.#request.event.sequence && session.state.phase !== 'absent';
  }

  /**
   * Records the beginning, unless it was recorded before or an earlier cycle is still open.
   *
   * @returns the beginning that is left to the loop: its first tasks start in the same append.
   */
  async #begin(session: ExecutionSession): Promise<StartExecution | undefined> {
    const { event } = this.#request;
    if (session.state.askedBy >= event.sequence || isOpen(session.state)) return undefined;
    const begins = event.fact === 'run-rollback-started' ? rollbackOf(event) : await this.#start(event);
    if (begins.type === 'StartExecution') return begins;
    await session.execute([begins]);
    return undefined;
  }

  async #start(event: AskingEvent & { readonly fact: 'run-started' }): Promise<ExecutionCommand> {
    const { applied, deploymentId, onFailure, planDigest, runId } = event.data;
    const asked = { deploymentId, runId, askedBy: event.sequence, applied };
    const found = await this.#find(planDigest);
    if (found.outcome !== 'found') {
      return { type: 'RefuseExecution', ...asked, failure: planFailure(found.outcome, planDigest) };
    }
    const { plan } = found;
    const changed = await changedEngine(this.#ports.engines, plan);
    if (changed !== undefined) return { type: 'RefuseExecution', ...asked, failure: changed };
    const units = plan.units.map(({ unitId, engine, action, resources }) => ({
      ...{ unitId, engine, action },
      resources: resources.map((resource) => ({
        address: resource.address,
        type: resource.type,
        action: resource.action,
      })),
    }));
    const rest = { planDigest, onFailure, units, edges: plan.edges, at: this.#ports.clock.now() };
    return { type: 'StartExecution', ...asked, ...rest };
  }

  /** @throws Fault `plan-missing` when the tasks in hand cannot be known. A rollback can do without. */
  async #planOf(
    { planDigest }: Pick<ExecutionState, 'planDigest'>,
    phase: ExecutionState['phase'],
  ): Promise<Plan | undefined> {
    const found = await this.#find(planDigest);
    if (found.outcome === 'found') return found.plan;
    if (phase === 'rolling-back') return undefined;
    throw new Fault('plan-missing', planFailure(found.outcome, planDigest).message, { retryable: false });
  }

  #find(planDigest: string): Promise<FoundPlan> {
    if (this.#found?.planDigest === planDigest) return this.#found.answer;
    const { data, tenantId } = this.#request.event;
    const answer = readPlan(this.#ports.publicEvents, { tenantId, runId: data.runId, planDigest });
    this.#found = { planDigest, answer };
    return answer;
  }
}

function refusalOf({ applied, askedBy, deploymentId, runId }: StartExecution, failure: Failure): ExecutionCommand {
  return { type: 'RefuseExecution', deploymentId, runId, askedBy, applied, failure };
}

function rollbackOf(event: AskingEvent & { readonly fact: 'run-rollback-started' }): ExecutionCommand {
  const { failure, reason } = event.data;
  const asked: Failure = failure ?? { code: 'rollback-asked', message: reason, diagnostics: [] };
  return { type: 'StartRollback', askedBy: event.sequence, failure: asked };
}

const PLAN_FAILURES = {
  missing: { code: 'plan-missing', what: 'was not found' },
  tampered: { code: 'plan-digest-mismatch', what: 'is not what its digest says' },
  circular: { code: 'plan-not-executable', what: 'has units that wait for each other in a circle' },
} as const;

function planFailure(kind: keyof typeof PLAN_FAILURES, planDigest: string): Failure {
  const { code, what } = PLAN_FAILURES[kind];
  return { code, message: `The approved plan ${planDigest} ${what}. Plan the run again.`, diagnostics: [] };
}

/** What does not fit into the store will not the next time either. */
function isTooLarge(error: unknown): boolean {
  return error instanceof Fault && error.code === 'append-too-large';
}

function abandoned(error: unknown): Failure {
  const message = `The execution could not be carried on: ${messageOf(error)}. Look at the executor's log, then retry.`;
  return { code: 'execution-abandoned', message, diagnostics: [] };
}
