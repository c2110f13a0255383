import { EngineSettings } from '@caisson/engines';
import { CommonSettings, WholeNumber } from '@caisson/service';
import { z } from 'zod';

/** What the planner reads from its environment. */
export const PlannerSettings = CommonSettings.extend({
  ...EngineSettings.shape,
  /** Who plans: `built-in`, or an ES module that exports `createPlanner`, by package name or `file:` URL. */
  planner: z.string().min(1).default('built-in'),
  /** Plannings that run at once; each asks several engines at once. */
  plannerPlansMax: WholeNumber.default(4),
});

/** The settings of the planner, checked. */
export type PlannerSettings = z.infer<typeof PlannerSettings>;
