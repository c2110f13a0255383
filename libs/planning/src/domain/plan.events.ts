import type { DataOf, FactOf } from '@caisson/contracts';

type PublicFact<Type extends string, Name extends FactOf<'planning'>> = Readonly<DataOf<'planning', Name>> & {
  readonly type: Type;
};

/** What can have happened to the plan of a run. Each run has one stream; each round of planning starts anew. */
export type PlanEvent =
  | PublicFact<'PlanStarted', 'plan-started'>
  | PublicFact<'PlanComputed', 'plan-computed'>
  | PublicFact<'PlanRefused', 'plan-refused'>;

/** The public name of each fact. */
export const PUBLIC_FACTS: Readonly<Record<PlanEvent['type'], FactOf<'planning'>>> = {
  PlanStarted: 'plan-started',
  PlanComputed: 'plan-computed',
  PlanRefused: 'plan-refused',
};
