import type { QuotaName } from '@caisson/contracts';
import type { DeploymentRejection } from '@caisson/deployment';
import type { HttpProblem } from '@caisson/http';
import { apiProblem } from './api-problems.js';

type Exhausted = Extract<DeploymentRejection, { code: 'quota-exhausted' }>;

/** What there is too much of, and how the tenant itself can make room. */
const QUOTAS: Readonly<Record<QuotaName, { readonly name: string; readonly remedy: string }>> = {
  deployments: { name: 'deployments', remedy: 'Delete one' },
  'active-runs': { name: 'active runs', remedy: 'Wait for one, cancel one' },
  'tasks-in-flight': { name: 'tasks in flight', remedy: 'Wait for some to end' },
  'monthly-cost': { name: 'cost a month', remedy: 'Plan something cheaper, scale down or delete what is not needed' },
};

/** There is no room for what was asked: what is used, how much there may be, and what to do. */
export function quotaProblem({ limit, quota, used }: Exhausted): HttpProblem {
  const { name, remedy } = QUOTAS[quota as QuotaName];
  return apiProblem('quota-exhausted', {
    detail: `The tenant uses ${used} of ${limit} ${name}. ${remedy}, or ask its administrator for more (PUT /quotas).`,
    members: { quota, used, limit },
  });
}
