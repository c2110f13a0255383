import { z } from 'zod';

/** Public facts about tenants and their members, by fact name. */
export const TENANCY_EVENTS = {
  'tenant-created': z.object({ name: z.string() }),
  'member-added': z.object({ principalId: z.string(), username: z.string(), role: z.string() }),
} as const;
