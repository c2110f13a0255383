import { z } from 'zod';

/**
 * What a tenant may have only so much of: deployments that are not deleted, runs that have not settled, tasks that were
 * started and have not ended, and what its deployments cost a month, in the currency of its price book.
 */
export const QUOTAS = ['deployments', 'active-runs', 'tasks-in-flight', 'monthly-cost'] as const;

/** The name of a quota. */
export type QuotaName = (typeof QUOTAS)[number];

const limit = z.int().optional().describe('Absent: there is none.');
const Use = z.object({ used: z.int(), limit });
const Cost = z.object({ used: z.number().nonnegative(), limit });

/** What a tenant uses, and how much it may. */
export const QuotaResource = z.object({
  ...{ deployments: Use, 'active-runs': Use, 'tasks-in-flight': Use },
  'monthly-cost': Cost,
});

const Limit = z.int().min(0).max(1_000_000_000).nullable().describe('null: no limit.');

const Later = Limit.optional().describe('null: no limit. Absent: as before.');

/** Body of `PUT /quotas`. Clients of before the last two limits leave these out, and do not change them. */
export const QuotaRequest = z.strictObject({
  ...{ deployments: Limit, 'active-runs': Limit },
  ...{ 'tasks-in-flight': Later, 'monthly-cost': Later },
});

/** The quotas of a tenant as the API shows them. */
export type QuotaResource = z.infer<typeof QuotaResource>;
/** Limits that were checked. */
export type QuotaRequest = z.infer<typeof QuotaRequest>;
