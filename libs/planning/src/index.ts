export { acceptPlanRequest, PLANNING_QUEUE, PLANNING_REACTS_TO } from './application/accept-plan-request.js';
export { BuiltInPlanner } from './application/built-in-planner.js';
export { ComputePlan, PLANNING_ATTEMPTS_MAX, PLANNING_LIMITS } from './application/compute-plan.js';
export type { ComputePlanInput } from './application/compute-plan.js';
export { planAggregate } from './application/plan.aggregate.js';
export type { PlanView } from './application/plan.aggregate.js';
export type { PlanOutcome, Planner, PlanSurroundings } from './application/planner.js';
export type {
  BuiltInPlannerPorts,
  PlanningObserver,
  PlanningPorts,
  TableSource,
} from './application/planning-ports.js';
export { changedInputs, RecomputePlan } from './application/recompute-plan.js';
export type { Recomputation } from './application/recompute-plan.js';
export { ReplaceTable } from './application/replace-table.js';
export type { ReplaceTableInput } from './application/replace-table.js';
export { StoredTables } from './application/stored-tables.js';
export type { FoundTable } from './application/stored-tables.js';
export { unmappedPair } from './domain/choose-engine.js';
export { completeResources } from './domain/default-resources.js';
export type { Completed } from './domain/default-resources.js';
export { engineMentions } from './domain/engine-mentions.js';
export type { EngineMention } from './domain/engine-mentions.js';
export { planOf } from './domain/plan-inputs.js';
export { BUILT_IN_TABLES, inputNameOf } from './domain/planning-tables.js';
export type { PlanningTables, TableVersion } from './domain/planning-tables.js';
export { TypeLookup } from './domain/type-lookup.js';
export type { TypeFacts } from './domain/type-lookup.js';
export type { PlanRequest } from './domain/plan-request.js';
export type { PlanDifference, PlanInputs } from './domain/plan-inputs.js';
export type { PlanEvent } from './domain/plan.events.js';
