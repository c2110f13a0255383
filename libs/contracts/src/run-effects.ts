import { z } from 'zod';
import { ChangeAction } from './plan.js';

/** One intended change of one resource. */
export const ResourceEffect = z.object({
  address: z.string(),
  unitId: z.string(),
  action: ChangeAction,
  /** Something of it was done and the rest was not. */
  partly: z.boolean().optional(),
});

/**
 * What a run that was stopped has done to the world: of the resources that it was to change, those that it changed,
 * those that are as they were, and those of which nobody knows. All empty when it was stopped before it was executed.
 */
export const RunEffects = z.object({
  done: z.array(ResourceEffect),
  notDone: z.array(ResourceEffect),
  unknown: z.array(ResourceEffect),
});

/** One intended change of one resource. */
export type ResourceEffect = z.infer<typeof ResourceEffect>;
/** What a run that was stopped has done to the world. */
export type RunEffects = z.infer<typeof RunEffects>;
