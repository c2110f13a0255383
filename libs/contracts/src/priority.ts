import { z } from 'zod';

/** How urgent the runs of a deployment are, the least urgent first. */
export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;

/** How urgent the runs of a deployment are. */
export const Priority = z.enum(PRIORITIES);

/** How urgent the runs of a deployment are. */
export type Priority = z.infer<typeof Priority>;

const QUARTER_HOUR_MS = 15 * 60_000;

/**
 * What a priority is worth: a run goes, among the runs of its tenant, as if it had waited so many milliseconds longer.
 * So an urgent run overtakes all that came within the last hour, and nothing waits for ever.
 */
export const HEAD_START_MS: Readonly<Record<Priority, number>> = {
  low: 0,
  normal: QUARTER_HOUR_MS,
  high: 2 * QUARTER_HOUR_MS,
  urgent: 4 * QUARTER_HOUR_MS,
};
