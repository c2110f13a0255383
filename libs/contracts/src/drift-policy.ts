import { z } from 'zod';
import { Digest } from './plan.js';

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

/** Why a scan was made: its turn came, or somebody asked. */
export const SCAN_TYPES = ['scheduled', 'manual'] as const;

/**
 * Why a difference is there. `own_partial_failure`: the newest run did not get through while it changed the resource;
 * `normalised_value`: the same value in another form, as providers write it; `outside_change`: anything else.
 */
export const DRIFT_CAUSES = ['outside_change', 'own_partial_failure', 'normalised_value'] as const;

/** `revert`: the world is brought back to what is desired; `adopt`: what is desired follows the world. */
export const REMEDIATION_MODES = ['revert', 'adopt'] as const;

/** Bounds of one drift policy. A larger one is refused before it is recorded. */
export const DRIFT_POLICY_LIMITS = { rulesMax: 200 } as const;

/** Different deployments that a breaker can be told to wait for. */
export const BREAKER_DEPLOYMENTS_MAX = 50;

const Why = z.string().trim().min(1).max(500);

const Judgement = z.strictObject({ severity: z.enum(SEVERITIES), why: Why });

/** Keys with dots between them, `*` for any one key. It stands for what is below it, too. */
export const AttributePattern = z
  .string()
  .max(200)
  .regex(/^[^.]+(\.[^.]+)*$/, 'must be keys with dots between them, * for any one key');

const SeverityRule = z
  .strictObject({
    driftType: z.enum(DRIFT_TYPES).optional(),
    /** Type of the resource, in the words of its engine, such as `server`. */
    resourceType: z.string().min(1).max(200).optional(),
    path: AttributePattern.optional(),
    ...Judgement.shape,
  })
  .refine(({ path, resourceType }) => path !== undefined || resourceType !== undefined, {
    message: 'must name a resourceType or a path; for all of a driftType, change "types"',
  });

/** How bad each kind of difference is, and why. */
export const SeverityTable = z.strictObject({
  /** What holds where no rule does. */
  types: z.strictObject({
    property_changed: Judgement,
    resource_added: Judgement,
    resource_removed: Judgement,
    state_mismatch: Judgement,
    tag_mismatch: Judgement,
  }),
  /** The first that fits a difference in all that it names counts. */
  rules: z.array(SeverityRule).max(DRIFT_POLICY_LIMITS.rulesMax).default([]),
});

/** When a provider is taken to be in trouble, and when no longer. */
export const BreakerRules = z.strictObject({
  /** So many different deployments that look wrong open the breaker, if they are half of those that were looked at. */
  wrongDeployments: z.int().min(2).max(BREAKER_DEPLOYMENTS_MAX).default(3),
  /** Looks that are older do not count. */
  windowMinutes: z.int().min(1).max(1440).default(60),
  /** A deployment looks wrong when so much of what it has from the provider differs at once. */
  massDriftPercent: z.int().min(1).max(100).default(50),
  /** So many different deployments in a row that look well close it. */
  healthyDeployments: z.int().min(1).max(BREAKER_DEPLOYMENTS_MAX).default(3),
});

/** What is put right without a person, where a scan was asked to. */
export const RemediationRules = z.strictObject({
  /** Only reports that are at least so severe. */
  severityMin: z.enum(SEVERITIES).default('low'),
  /** Deployments of the tenant per hour. */
  perHourMax: z.int().min(0).max(1000).default(20),
  /** How long other scans have to say that the provider is in trouble. */
  settleSeconds: z.int().min(0).max(3600).default(60),
});

/** By what rules drift may be ignored. */
export const IgnoreRules = z.strictObject({
  /** Whether a rule must end; one that does not is then no longer followed. */
  expiryRequired: z.boolean().default(false),
});

/** Rules of one deployment by which drift is ignored. */
export const IGNORE_RULES_MAX = 200;

/** What a tenant holds of drift. */
export const DriftPolicy = z.strictObject({
  severities: SeverityTable,
  breaker: BreakerRules.prefault({}),
  remediation: RemediationRules.prefault({}),
  ignore: IgnoreRules.prefault({}),
});

/** One version of the drift policy as the API shows it. */
export const DriftPolicyResource = z.object({
  /** Rises with each replacement; 1 is the one that comes with Caisson. */
  version: z.int().positive(),
  /** Of the content. */
  digest: Digest,
  content: DriftPolicy,
  /** Absent: the one that comes with Caisson. */
  replacedAt: z.string().optional(),
  /** Principal id. */
  replacedBy: z.string().optional(),
});

export type BreakerRules = z.infer<typeof BreakerRules>;
export type SeverityTable = z.infer<typeof SeverityTable>;
export type DriftPolicy = z.infer<typeof DriftPolicy>;
