import { z } from 'zod';
import { Failure } from '../failure.js';
import { Plan } from '../plan.js';

const inRound = { deploymentId: z.string(), runId: z.string(), round: z.int() };

/** Public facts about planning, by fact name. */
export const PLANNING_EVENTS = {
  'plan-started': z.object({ ...inRound, planner: z.string() }),
  'plan-computed': z.object({ ...inRound, plan: Plan }),
  'plan-refused': z.object({ ...inRound, failure: Failure }),
} as const;
