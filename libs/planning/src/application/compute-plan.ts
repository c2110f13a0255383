import { decodeEvent, type EventOf, type Failure, type PublicEvent } from '@caisson/contracts';
import { followUpContext, handleCommand } from '@caisson/event-sourcing';
import { Fault, isRetryable, messageOf } from '@caisson/kernel';
import type { PlanCommand, PlanState } from '../domain/plan.decide.js';
import { EngineTrouble } from './engine-trouble.js';
import { planAggregate } from './plan.aggregate.js';
import type { Planner, PlanOutcome } from './planner.js';
import type { PlanningPorts } from './planning-ports.js';

/** How often a planning is tried while engines are in trouble, before the run is told. */
export const PLANNING_ATTEMPTS_MAX = 6;

/** How planners share a deployment. */
export const PLANNING_LIMITS = {
  /** A planner that died is gone after it; renewed while it lives. */
  lockTtlMs: 30_000,
  /** The planning of an older round ends soon; after that the job is given back. */
  lockWaitMs: 5_000,
} as const;

/** One request to plan, in a worker's hand. */
export interface ComputePlanInput {
  /** The public fact `run-planning-started`. */
  readonly event: PublicEvent;
  /** How often it was taken up, this time included. */
  readonly attempt: number;
  /** Stops the planning; it is taken up again later. */
  readonly signal: AbortSignal;
}

type PlanningStarted = Extract<EventOf<'deployment'>, { fact: 'run-planning-started' }>;

interface Round {
  readonly event: PlanningStarted;
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly fencingToken: number;
}

/** Computes the plan that a run asked for and records it, or why there is none. The same request twice is one plan. */
export class ComputePlan {
  constructor(
    private readonly ports: PlanningPorts,
    private readonly planner: Planner,
    private readonly limits: Readonly<Record<keyof typeof PLANNING_LIMITS, number>> = PLANNING_LIMITS,
  ) {}

  /**
   * @throws Fault `engine-trouble`, `lock-unavailable` and the store's own, all retryable: give the request back for
   * later.
   */
  async execute({ attempt, event, signal }: ComputePlanInput): Promise<'planned' | 'refused' | 'outdated'> {
    const decoded = decodeEvent('deployment', event);
    if (decoded?.fact !== 'run-planning-started') return 'outdated';
    const { deploymentId, round, runId } = decoded.data;
    const { clock } = this.ports.runtime;
    const began = clock.monotonicMs();
    const lock = {
      tenantId: event.tenantId,
      resource: `planning:${deploymentId}`,
      fences: [`${planAggregate.category}-${runId}`],
      ttlMs: this.limits.lockTtlMs,
      waitMs: this.limits.lockWaitMs,
      signal,
    };
    const outcome = await this.ports.locks.withLock(lock, (held) =>
      this.judge({ event: decoded, attempt, signal: held.signal, fencingToken: held.fencingToken }),
    );
    const ended = { runId, round, durationMs: clock.monotonicMs() - began };
    this.ports.observer.planningEnded(
      outcome === undefined
        ? { ...ended, outcome: 'outdated' }
        : {
            ...ended,
            outcome: outcome.outcome,
            ...(outcome.outcome === 'refused' ? { code: outcome.failure.code } : {}),
          },
    );
    return outcome?.outcome ?? 'outdated';
  }

  private async judge(round: Round): Promise<PlanOutcome | undefined> {
    const { deploymentId, round: number, runId } = round.event.data;
    const inRound = { deploymentId, runId, round: number };
    const begun = await this.record(round, { type: 'StartPlan', ...inRound, planner: this.planner.name });
    if (begun.round !== number || begun.status !== 'started') return undefined; // Over, or of the past.
    const outcome = await this.plan(round);
    try {
      await this.record(round, commandOf(inRound, outcome));
      return outcome;
    } catch (error) {
      if (isRetryable(error) || isFenced(error)) throw error;
      // It cannot be stored, such as a text of a tool with U+0000. Without an answer the run would wait for ever.
      const refused: PlanOutcome = { outcome: 'refused', failure: gaveUp(round.attempt, error) };
      await this.record(round, commandOf(inRound, refused));
      return refused;
    }
  }

  /** Trouble is worth another try while there are any left; then the run must know. */
  private async plan({ attempt, event, signal }: Round): Promise<PlanOutcome> {
    try {
      return await this.planner.plan(event.data, { tenantId: event.tenantId, signal });
    } catch (error) {
      if (signal.aborted || (isRetryable(error) && attempt < PLANNING_ATTEMPTS_MAX)) throw error;
      return { outcome: 'refused', failure: gaveUp(attempt, error) };
    }
  }

  private async record({ event, fencingToken }: Round, command: PlanCommand): Promise<PlanState> {
    const { runtime } = this.ports;
    const context = followUpContext(event, command.type, runtime.service);
    const request = { id: command.runId, command, context, fencingToken };
    const { state } = await handleCommand(runtime, planAggregate, request);
    return state;
  }
}

function commandOf(
  round: { readonly deploymentId: string; readonly runId: string; readonly round: number },
  outcome: PlanOutcome,
): PlanCommand {
  return outcome.outcome === 'planned'
    ? { type: 'RecordPlan', ...round, plan: outcome.plan, ...(outcome.inputs && { inputs: outcome.inputs }) }
    : { type: 'RefusePlan', ...round, failure: outcome.failure };
}

/** A newer holder plans this round. */
function isFenced(error: unknown): boolean {
  return error instanceof Fault && error.code === 'fenced';
}

function gaveUp(attempt: number, error: unknown): Failure {
  if (error instanceof Fault && error.code === 'append-too-large') {
    const message = 'The plan is larger than can be recorded; nothing was done. Make several deployments of it.';
    return { code: 'plan-too-large', message, diagnostics: [{ severity: 'error', summary: error.message }] };
  }
  const retryable = isRetryable(error);
  const times = attempt === 1 ? 'once' : `${attempt} times`;
  const remedy = retryable
    ? 'Retry the run when the engine answers again.'
    : 'Tell the operators; the log has the details.';
  const message = `Planning was tried ${times} and failed: ${messageOf(error).replace(/\.$/, '')}. ${remedy}`;
  const diagnostics = error instanceof EngineTrouble ? [...error.diagnostics] : [];
  return { code: retryable ? 'engine-trouble' : 'planning-failed', message, diagnostics };
}
