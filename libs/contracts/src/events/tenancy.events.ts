import { z } from 'zod';

/** Public facts about tenants and their members, by fact name. */
export const TENANCY_EVENTS = {
  'tenant-created': z.object({ name: z.string() }),
  'member-invited': z.object({ invitationId: z.string(), role: z.string(), at: z.string(), expiresAt: z.string() }),
  'member-added': z.object({
    principalId: z.string(),
    username: z.string(),
    role: z.string(),
    invitationId: z.string().optional(),
  }),
  'member-role-changed': z.object({ principalId: z.string(), role: z.string() }),
  'quotas-changed': z.object({ ceilings: z.record(z.string(), z.number().nullable()) }),
  'member-removed': z.object({ principalId: z.string() }),
  'key-issued': z.object({
    keyId: z.string(),
    name: z.string(),
    role: z.string(),
    expiresAt: z.string().optional(),
  }),
  'key-rotated': z.object({ keyId: z.string(), generation: z.number(), previousUntil: z.string() }),
  'key-revoked': z.object({ keyId: z.string() }),
} as const;
