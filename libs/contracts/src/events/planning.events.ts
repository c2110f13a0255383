import { z } from 'zod';
import { Failure } from '../failure.js';
import { Digest, Plan } from '../plan.js';
import { PriceBook, TypeTable } from '../planning-tables.js';

const inRound = { deploymentId: z.string(), runId: z.string(), round: z.int() };
const replaced = { version: z.int(), digest: Digest, replacedBy: z.string() };

/** Public facts about planning, by fact name. */
export const PLANNING_EVENTS = {
  'plan-started': z.object({ ...inRound, planner: z.string() }),
  'plan-computed': z.object({ ...inRound, plan: Plan }),
  'plan-refused': z.object({ ...inRound, failure: Failure }),
  'type-table-replaced': z.object({ ...replaced, content: TypeTable }),
  'price-book-replaced': z.object({ ...replaced, content: PriceBook }),
} as const;
