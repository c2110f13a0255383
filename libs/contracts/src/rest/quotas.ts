import { z } from 'zod';

/** What a tenant may have only so much of: deployments that are not deleted, runs that have not settled. */
export const QUOTAS = ['deployments', 'active-runs'] as const;

/** The name of a quota. */
export type QuotaName = (typeof QUOTAS)[number];

const Use = z.object({
  used: z.int(),
  /** Absent: there is none. */
  limit: z.int().optional(),
});

/** What a tenant uses, and how much it may. */
export const QuotaResource = z.object({ deployments: Use, 'active-runs': Use });

const Limit = z.int().min(0).max(1_000_000_000).nullable().describe('null: no limit.');

/** Body of `PUT /quotas`: replaces all limits. */
export const QuotaRequest = z.strictObject({ deployments: Limit, 'active-runs': Limit });

/** The quotas of a tenant as the API shows them. */
export type QuotaResource = z.infer<typeof QuotaResource>;
/** Limits that were checked. */
export type QuotaRequest = z.infer<typeof QuotaRequest>;
