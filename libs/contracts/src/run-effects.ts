import { z } from 'zod';
import { ChangeAction } from './plan.js';

/** One intended change of the world. */
export const UnitEffect = z.object({
  unitId: z.string(),
  action: ChangeAction,
  /** Something of it was done and the rest was not. */
  partly: z.boolean().optional(),
});

/**
 * What a run that was stopped has done to the world: of the units that it was to change, those that it changed, those
 * that are as they were, and those of which nobody knows. All empty when it was stopped before it was executed.
 */
export const RunEffects = z.object({
  done: z.array(UnitEffect),
  notDone: z.array(UnitEffect),
  unknown: z.array(UnitEffect),
});

/** One intended change of the world. */
export type UnitEffect = z.infer<typeof UnitEffect>;
/** What a run that was stopped has done to the world. */
export type RunEffects = z.infer<typeof RunEffects>;
