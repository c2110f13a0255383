import { z } from 'zod';
import { SEVERITIES } from '../drift-policy.js';
import { DriftItem } from '../events/drift.events.js';
import { Links, PageQuery } from './page.js';

/** Body of `POST /drift/scans`. */
export const ScanRequest = z.strictObject({
  deploymentId: z.uuid(),
  /** Requests a remediation when drift is found. */
  autoRemediate: z.boolean().default(false),
});

/** Body of `POST /deployments/{id}/scan`. */
export const DeploymentScanRequest = ScanRequest.omit({ deploymentId: true }).optional();

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
  items: z.array(DriftItem),
  maxSeverity: z.enum(SEVERITIES).optional(),
  /** Units that could not be read: unknown, never counted as drift. */
  unreadable: z.array(z.object({ unitId: z.string(), reason: z.string() })),
});

/** Query of the list of drift reports. */
export const DriftListQuery = PageQuery.extend({ deploymentId: z.uuid().optional() });

/** Body of a remediation. `revert` brings the world back to what was applied. */
export const RemediateRequest = z.strictObject({ mode: z.literal('revert') });

/** The query of a list of drift reports, checked. */
export type DriftListQuery = z.infer<typeof DriftListQuery>;
/** A drift report as the API shows it. */
export type DriftReportResource = z.infer<typeof DriftReportResource>;
