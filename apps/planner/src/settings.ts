import { EngineSettings } from '@caisson/engines';
import { CommonSettings, WholeNumber } from '@caisson/service';
import type { z } from 'zod';

/** What the planner reads from its environment. */
export const PlannerSettings = CommonSettings.extend({
  ...EngineSettings.shape,
  /** Plannings that run at once; each asks several engines at once. */
  plannerPlansMax: WholeNumber.default(4),
});

/** The settings of the planner, checked. */
export type PlannerSettings = z.infer<typeof PlannerSettings>;
