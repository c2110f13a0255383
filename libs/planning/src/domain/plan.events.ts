import type { DataOf, FactOf } from '@caisson/contracts';
import type { PlanInputs } from './plan-inputs.js';

type PublicFact<Type extends string, Name extends FactOf<'planning'>> = Readonly<DataOf<'planning', Name>> & {
  readonly type: Type;
};

/** What can have happened to the plan of a run. Each run has one stream; each round of planning starts anew. */
export type PlanEvent =
  | PublicFact<'PlanStarted', 'plan-started'>
  | PublicFact<'PlanComputed', 'plan-computed'>
  | PublicFact<'PlanRefused', 'plan-refused'>
  | PlanInputsRecorded;

/** What the plan that was computed follows from. Private: it is for computing it again. */
export interface PlanInputsRecorded {
  readonly type: 'PlanInputsRecorded';
  readonly deploymentId: string;
  readonly runId: string;
  readonly round: number;
  readonly digest: string;
  readonly inputs: PlanInputs;
}

/** The public name of each fact; undefined for one that stays private. */
export const PUBLIC_FACTS: Readonly<Record<PlanEvent['type'], FactOf<'planning'> | undefined>> = {
  PlanStarted: 'plan-started',
  PlanComputed: 'plan-computed',
  PlanRefused: 'plan-refused',
  PlanInputsRecorded: undefined,
};
