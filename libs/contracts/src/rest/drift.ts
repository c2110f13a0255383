import { z } from 'zod';
import { AttributePattern, REMEDIATION_MODES, SCAN_TYPES, SEVERITIES } from '../drift-policy.js';
import { DriftIgnoreRule, DriftItem } from '../events/drift.events.js';
import { Links, PageQuery, sortBy } from './page.js';

/** Body of `POST /drift/scans`. */
export const ScanRequest = z.strictObject({
  deploymentId: z.uuid(),
  /** Requests a remediation when drift is found. */
  autoRemediate: z.boolean().default(false),
});

/** Body of `POST /deployments/{id}/scan`. */
export const DeploymentScanRequest = ScanRequest.omit({ deploymentId: true }).optional();

/** Body of `PUT /deployments/{id}/drift-schedule`. */
export const DriftScheduleRequest = z.strictObject({
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  cron: z.string().trim().min(1).max(100),
  /** A name of the IANA database, such as `Europe/Berlin`. */
  timeZone: z.string().trim().min(1).max(100).default('UTC'),
  /** Requests a remediation when drift is found. */
  autoRemediate: z.boolean().default(false),
  /** Scans of deployments with the same expression are spread over so many minutes after it. Default 60. */
  spreadMinutes: z.int().min(0).max(1440).optional(),
});

/** The schedule of a deployment as the API shows it. */
export const DriftScheduleResource = z.object({
  deploymentId: z.string(),
  cron: z.string(),
  timeZone: z.string(),
  autoRemediate: z.boolean(),
  spreadMinutes: z.int().optional(),
  setAt: z.string(),
  /** When the next scan is due; absent when there is none. */
  nextAt: z.string().optional(),
});

/** Body of `POST /deployments/{id}/drift-ignores`. */
export const DriftIgnoreRequest = z.strictObject({
  /** Address of the resource, such as `web[0]`; absent: any. */
  resource: z.string().min(1).max(200).optional(),
  path: AttributePattern,
  reason: z.string().trim().min(1).max(500),
  /** Absent: for good, where the policy lets it. */
  expiresAt: z.iso.datetime({ error: 'must be an instant in UTC such as 2026-03-02T22:00:00Z' }).optional(),
});

/** What is ignored in a deployment, as the API shows it. */
export const DriftIgnoresResource = z.object({
  deploymentId: z.string(),
  /** The oldest first; those that ended may be among them. */
  rules: z.array(DriftIgnoreRule),
});

/** The breaker of a provider as the API shows it. */
export const BreakerResource = z.object({
  provider: z.string(),
  /** `open`: nothing of the provider is put right. */
  status: z.enum(['closed', 'open']),
  /** Since when it stands so; absent while it never opened. */
  since: z.string().optional(),
  reason: z.string().optional(),
  closedBy: z.string().optional(),
  /** What was seen of the provider, the last look at the end. */
  looks: z.array(z.object({ scanId: z.string(), deploymentId: z.string(), verdict: z.string(), at: z.string() })),
});

/** Query of the list of breakers. */
export const BreakerListQuery = PageQuery.extend({ sort: sortBy('provider') });

/** Body of `POST /drift-breakers/{provider}/close`. */
export const CloseBreakerRequest = z.strictObject({ reason: z.string().trim().min(1).max(500) });

/** The answer to a scan that was asked for: the id is that of the report to come. */
export const ScanAnswer = z.object({
  scan: z.object({ id: z.string(), deploymentId: z.string(), links: Links }),
  stream: z.string(),
  version: z.int(),
});

/** What a scan found; further members say how it was done. */
export const DriftReportResource = z.looseObject({
  id: z.string(),
  deploymentId: z.string(),
  status: z.string(),
  /** Whether its turn came or somebody asked. */
  scanType: z.enum(SCAN_TYPES).optional(),
  items: z.array(DriftItem),
  /** How many differences rules set aside. */
  ignoredCount: z.int().optional(),
  /** Some of them, each with the id of its rule. */
  ignored: z.array(DriftItem.extend({ rule: z.string() })).optional(),
  /** The report whose findings a run has put right, where this scan looked whether they are gone. */
  verifies: z.object({ scanId: z.string(), runId: z.string() }).optional(),
  /** Rules that would set aside what is a matter of form; nothing is ignored before somebody adds one. */
  suggestions: z.array(z.object({ resource: z.string(), path: z.string(), reason: z.string() })).optional(),
  /** What became of the newest wish to put it right. */
  remediation: z
    .looseObject({
      /**
       * `requested`, `held`: what was decided without a person; `started`: a run was requested; `gone`, `remains`: as
       * another scan saw afterwards; `refused`, `failed`, `unverified`: see `reason`.
       */
      outcome: z.string(),
      at: z.string(),
      mode: z.enum(REMEDIATION_MODES).optional(),
      runId: z.string().optional(),
      /** Why it is held, or is not gone. */
      reason: z.string().optional(),
      /** The report of the scan that looked afterwards. */
      verifiedBy: z.string().optional(),
    })
    .optional(),
  maxSeverity: z.enum(SEVERITIES).optional(),
  /** Units that could not be read: unknown, never counted as drift. */
  unreadable: z.array(z.object({ unitId: z.string(), reason: z.string() })),
});

/** How attributes of a deployment became what they are, by the scans that looked. */
export const DriftHistoryResource = z.object({
  deploymentId: z.string(),
  /** The report of the newest scan that looked; absent: none did. */
  latest: z.string().optional(),
  /** How many reports this follows from. */
  reports: z.int(),
  attributes: z.array(
    DriftItem.pick({ unitId: true, resource: true, address: true, path: true }).extend({
      /** The oldest first. */
      sights: z.array(
        z.object({
          at: z.string(),
          /** The report that says so. */
          scanId: z.string(),
          /** `drifted`: it differs from what was applied, or otherwise than before; `as_applied`: no longer. */
          seen: z.enum(['drifted', 'as_applied']),
          expected: DriftItem.shape.expected,
          actual: DriftItem.shape.actual,
          cause: DriftItem.shape.cause,
          /** The run that put right what was seen before, and how. */
          by: z.object({ runId: z.string(), mode: z.enum(REMEDIATION_MODES).optional() }).optional(),
        }),
      ),
    }),
  ),
});

/** Query of the history of drift. */
export const DriftHistoryQuery = z.strictObject({
  /** Address of a resource, such as `web[0]`; absent: all. */
  resource: z.string().min(1).max(200).optional(),
  /** Path of an attribute, as items have it; absent: all. */
  path: z.string().max(1000).optional(),
});

/** Query of the list of drift reports. */
export const DriftListQuery = PageQuery.extend({
  sort: sortBy('id'),
  deploymentId: z.uuid().optional(),
  status: z.enum(['running', 'completed']).optional(),
  maxSeverity: z.enum(SEVERITIES).optional(),
});

/** Query of the drift reports of one deployment. */
export const DeploymentDriftListQuery = DriftListQuery.omit({ deploymentId: true });

/**
 * Body of a remediation. `revert` brings the world back to what is desired; `adopt` has what is desired follow the
 * world, by a new revision.
 */
export const RemediateRequest = z.strictObject({ mode: z.enum(REMEDIATION_MODES) });

/** The query of the drift reports of one deployment, checked. */
export type DeploymentDriftListQuery = z.infer<typeof DeploymentDriftListQuery>;
/** The query of a list of drift reports, checked. */
export type DriftListQuery = z.infer<typeof DriftListQuery>;
/** A schedule to be set, checked. */
export type DriftScheduleRequest = z.infer<typeof DriftScheduleRequest>;
/** The schedule of a deployment as the API shows it. */
export type DriftScheduleResource = z.infer<typeof DriftScheduleResource>;
/** A rule by which drift is to be ignored, checked. */
export type DriftIgnoreRequest = z.infer<typeof DriftIgnoreRequest>;
/** What is ignored in a deployment, as the API shows it. */
export type DriftIgnoresResource = z.infer<typeof DriftIgnoresResource>;
/** How attributes became what they are, as the API shows it. */
export type DriftHistoryResource = z.infer<typeof DriftHistoryResource>;
/** The query of the history of drift, checked. */
export type DriftHistoryQuery = z.infer<typeof DriftHistoryQuery>;
/** The query of the list of breakers, checked. */
export type BreakerListQuery = z.infer<typeof BreakerListQuery>;
/** A drift report as the API shows it. */
export type DriftReportResource = z.infer<typeof DriftReportResource>;
