import type { BuiltInPlannerPorts, Planner, PlanOutcome, PlanRequest } from '@caisson/planning';

/** A planner of somebody else: refuses everything, and says so under a name of its own. */
export function createPlanner({ clock }: BuiltInPlannerPorts): Planner {
  return {
    name: 'refuses-all/7',
    plan: async ({ desired }: PlanRequest): Promise<PlanOutcome> => {
      const message = `Nothing is planned of ${desired.name} at ${clock.now().slice(0, 4)} or later.`;
      return { outcome: 'refused', failure: { code: 'not-today', message, diagnostics: [] } };
    },
  };
}
