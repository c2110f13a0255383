import { z } from 'zod';
import { JsonValue } from '../json-value.js';

const inScan = { scanId: z.string(), deploymentId: z.string() };

/** From least to most severe. */
export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;

/** What can differ between the expected and the observed world. */
export const DRIFT_TYPES = [
  'property_changed',
  'resource_added',
  'resource_removed',
  'state_mismatch',
  'tag_mismatch',
] as const;

/** One difference between what was applied and what was seen. */
export const DriftItem = z.object({
  unitId: z.string(),
  /** Address of the resource that differs, such as `web[0]`. */
  resource: z.string(),
  /** The engine's own name of the thing, such as `server.web[0]`. */
  address: z.string(),
  type: z.enum(DRIFT_TYPES),
  severity: z.enum(SEVERITIES),
  /** Path of the attribute, dots between keys; empty for the whole resource. */
  path: z.string(),
  expected: JsonValue.optional(),
  actual: JsonValue.optional(),
});

export type DriftItem = z.infer<typeof DriftItem>;

/** Public facts about drift scans, by fact name. */
export const DRIFT_EVENTS = {
  'scan-started': z.object({ ...inScan, units: z.array(z.string()) }),
  'scan-completed': z.object({
    ...inScan,
    items: z.int(),
    maxSeverity: z.enum(SEVERITIES).optional(),
    /** Units that could not be read: unknown, never counted as drift. */
    unreadable: z.array(z.object({ unitId: z.string(), reason: z.string() })),
  }),
  'drift-detected': z.object({ ...inScan, autoRemediate: z.boolean(), items: z.array(DriftItem) }),
} as const;
