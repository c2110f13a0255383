import { z } from 'zod';
import { DRIFT_CAUSES, DRIFT_TYPES, DriftPolicy, SEVERITIES } from '../drift-policy.js';
import { JsonValue } from '../json-value.js';
import { Digest } from '../plan.js';

const inScan = { scanId: z.string(), deploymentId: z.string() };

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
  /** As far as it can be told from both values and from what runs did. Absent in scans of before it was told. */
  cause: z.enum(DRIFT_CAUSES).optional(),
});

export type DriftItem = z.infer<typeof DriftItem>;

/** Differences of one deployment that somebody decided to live with. */
export const DriftIgnoreRule = z.object({
  id: z.string(),
  /** Address of the resource, such as `web[0]`; absent: any. */
  resource: z.string().optional(),
  /** Keys with dots between them, `*` for any one key; it stands for what is below it, too. */
  path: z.string(),
  reason: z.string(),
  /** Absent: for good, where the policy lets it. */
  expiresAt: z.string().optional(),
  /** Principal id. */
  addedBy: z.string(),
  addedAt: z.string(),
});

/** Public facts about drift, by fact name. */
export const DRIFT_EVENTS = {
  'scan-started': z.object({ ...inScan, units: z.array(z.string()) }),
  'scan-completed': z.object({
    ...inScan,
    items: z.int(),
    maxSeverity: z.enum(SEVERITIES).optional(),
    /** Differences that rules set aside; they are none of `items`. */
    ignored: z.int().optional(),
    /** Units that could not be read: unknown, never counted as drift. */
    unreadable: z.array(z.object({ unitId: z.string(), reason: z.string() })),
  }),
  'drift-detected': z.object({ ...inScan, autoRemediate: z.boolean(), items: z.array(DriftItem) }),
  /** What a scan found is to be put right, without a person. */
  'remediation-requested': z.object({ ...inScan, items: z.int() }),
  /** What a scan found is not put right without a person, and why. */
  'remediation-held': z.object({ ...inScan, reason: z.string() }),
  /** Another scan looked whether what a scan found is gone after a run put it right. */
  'drift-remediated': z.object({
    ...inScan,
    runId: z.string().optional(),
    outcome: z.enum(['gone', 'remains']),
    /** Why it is not gone. */
    reason: z.string().optional(),
    /** The scan that looked. */
    verifiedBy: z.string().optional(),
  }),
  /** Nothing of the provider is put right from now on. */
  'breaker-opened': z.object({ provider: z.string(), reason: z.string() }),
  'breaker-closed': z.object({
    provider: z.string(),
    reason: z.string(),
    /** Absent: enough deployments were well. */
    closedBy: z.string().optional(),
  }),
  /** Differences of a deployment are ignored from now on. */
  'ignore-rule-added': z.object({ deploymentId: z.string(), rule: DriftIgnoreRule }),
  'ignore-rule-removed': z.object({ deploymentId: z.string(), ruleId: z.string() }),
  /** A deployment is scanned by a schedule from now on. */
  'schedule-set': z.object({
    deploymentId: z.string(),
    cron: z.string(),
    timeZone: z.string(),
    autoRemediate: z.boolean(),
    spreadMinutes: z.int().min(0).optional(),
  }),
  'schedule-removed': z.object({ deploymentId: z.string() }),
  /** The turn of a schedule has come: who owns the deployment asks for the scan, now or after its run. */
  'scan-due': z.object({ ...inScan, autoRemediate: z.boolean(), dueAt: z.string() }),
  'policy-replaced': z.object({
    /** From 2: version 1 comes with Caisson. */
    version: z.int().positive(),
    digest: Digest,
    /** Principal id. */
    replacedBy: z.string(),
    content: DriftPolicy,
  }),
} as const;
