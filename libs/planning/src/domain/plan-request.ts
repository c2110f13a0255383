import type { AppliedUnit, DesiredState, RunKind } from '@caisson/contracts';

/** What a plan is asked for: where a deployment is and where its run goes. */
export interface PlanRequest {
  readonly deploymentId: string;
  readonly runId: string;
  readonly kind: RunKind;
  readonly revision: number;
  /** Counts the plannings of one run, from 1. */
  readonly round: number;
  readonly desired: DesiredState;
  readonly applied: readonly AppliedUnit[];
}
