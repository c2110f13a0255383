import type { Failure, Plan } from '@caisson/contracts';
import { accept, reject, unreachable, type Decider, type Decision } from '@caisson/kernel';
import type { PlanInputs } from './plan-inputs.js';
import type { PlanEvent } from './plan.events.js';

interface InRound {
  readonly deploymentId: string;
  readonly runId: string;
  /** Counts the plannings of one run, from 1. */
  readonly round: number;
}

/** What can be asked of the plan of a run. */
export type PlanCommand =
  | (InRound & { readonly type: 'StartPlan'; readonly planner: string })
  | (InRound & { readonly type: 'RecordPlan'; readonly plan: Plan; readonly inputs?: PlanInputs })
  | (InRound & { readonly type: 'RefusePlan'; readonly failure: Failure });

/** Why it says no. */
export interface PlanRejection {
  readonly code: 'plan-not-started';
  readonly round: number;
}

/** The newest round of planning and what came of it. */
export interface PlanState {
  /** 0 before the first. */
  readonly round: number;
  readonly status: 'none' | 'started' | 'computed' | 'refused';
}

/** Judges one round of planning. What comes late or twice changes nothing. */
export function decide(state: PlanState, command: PlanCommand): Decision<PlanEvent, PlanRejection> {
  const { deploymentId, round, runId } = command;
  if (round < state.round) return accept();
  const inRound = { deploymentId, runId, round };
  if (command.type === 'StartPlan') {
    return round === state.round ? accept() : accept({ type: 'PlanStarted', ...inRound, planner: command.planner });
  }
  if (round > state.round) return reject({ code: 'plan-not-started', round });
  if (state.status !== 'started') return accept();
  if (command.type === 'RefusePlan') return accept({ type: 'PlanRefused', ...inRound, failure: command.failure });
  const { inputs, plan } = command;
  const computed = { type: 'PlanComputed', ...inRound, plan } as const;
  if (inputs === undefined) return accept(computed);
  return accept<PlanEvent>({ type: 'PlanInputsRecorded', ...inRound, digest: plan.digest, inputs }, computed);
}

/** Applies one recorded fact. */
export function evolve(state: PlanState, event: PlanEvent): PlanState {
  const { round } = event;
  switch (event.type) {
    case 'PlanStarted':
      return { round, status: 'started' };
    case 'PlanInputsRecorded':
      return state;
    case 'PlanComputed':
      return { round, status: 'computed' };
    case 'PlanRefused':
      return { round, status: 'refused' };
    default:
      return unreachable(event, 'plan event');
  }
}

/** The decision model of the plan of a run. */
export const planDecider: Decider<PlanState, PlanCommand, PlanEvent, PlanRejection> = {
  initialState: { round: 0, status: 'none' },
  decide,
  evolve,
};
