import { SETTLED_RUN_STATES } from '@caisson/contracts';
import type { Exhausted } from '@caisson/event-sourcing';
import { parsed, type DocumentRow, type SimDatabase } from './sim-database.js';

/** The first of the claims for which a tenant has no place left. Counted from what is there. */
export function exhaustedOf(database: SimDatabase, tenantId: string, claims: readonly string[]): Exhausted | undefined {
  if (claims.length === 0) return undefined;
  const ceilings = ceilingsOf(database, tenantId);
  for (const quota of claims.toSorted()) {
    const limit = ceilings[quota];
    if (limit === undefined) continue;
    const used = usedOf(database, tenantId, quota);
    if (used >= limit) return { quota, used, limit };
  }
  return undefined;
}

/** How many places of a quota are taken. */
export function usedOf(database: SimDatabase, tenantId: string, quota: string): number {
  let used = 0;
  for (const row of database.documents.values()) if (row.tenantId === tenantId && quotaOf(row) === quota) used += 1;
  return used;
}

function quotaOf({ collection, text }: DocumentRow): string | undefined {
  if (collection !== 'deployment' && collection !== 'run') return undefined;
  const { state, status } = parsed(text) as { readonly status?: string; readonly state?: string };
  if (collection === 'deployment') return status === 'deleted' ? undefined : 'deployments';
  return SETTLED_RUN_STATES.some((settled) => settled === state) ? undefined : 'active-runs';
}

function ceilingsOf(database: SimDatabase, tenantId: string): Readonly<Record<string, number>> {
  for (const row of database.documents.values()) {
    if (row.tenantId !== tenantId || row.collection !== 'quota') continue;
    return (parsed(row.text) as { readonly ceilings?: Record<string, number> }).ceilings ?? {};
  }
  return {};
}
