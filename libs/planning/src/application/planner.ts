import type { Failure, Plan } from '@caisson/contracts';
import type { PlanInputs } from '../domain/plan-inputs.js';
import type { PlanRequest } from '../domain/plan-request.js';

/** Around one planning. */
export interface PlanSurroundings {
  readonly tenantId: string;
  /** Stops the planning and every tool that it started. */
  readonly signal: AbortSignal;
}

/** A plan, or why there cannot be one: final until somebody changes the request or the installation. */
export type PlanOutcome =
  | {
      readonly outcome: 'planned';
      readonly plan: Plan;
      /** All that it follows from, so that it can be computed again. A planner of one's own may keep none. */
      readonly inputs?: PlanInputs;
    }
  | { readonly outcome: 'refused'; readonly failure: Failure };

/** Makes plans. Changes nothing but the store of artifacts; the same question again gives a plan that does the same. */
export interface Planner {
  /** Name and version, part of what a plan is computed from, such as `built-in/1`. */
  readonly name: string;
  /** @throws Fault `engine-trouble` (retryable) when an engine could not answer now. */
  plan(request: PlanRequest, surroundings: PlanSurroundings): Promise<PlanOutcome>;
}
