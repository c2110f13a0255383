import { deterministicId } from '@caisson/kernel';

/** The id of the tenant with a name. Names are unique in a system, so the id follows from the name. */
export function tenantIdOf(name: string): string {
  return deterministicId('tenant', name);
}

/** The id of the principal with a user name. Unique per tenant, so the id follows from both. */
export function principalIdOf(tenantId: string, username: string): string {
  return deterministicId('principal', tenantId, username);
}
