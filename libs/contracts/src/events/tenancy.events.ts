import { z } from 'zod';

/** Public facts about tenants and their members, by fact name. */
export const TENANCY_EVENTS = {
  'tenant-created': z.object({ name: z.string() }),
  'member-invited': z.object({
    invitationId: z.string(),
    role: z.string(),
    at: z.string(),
    expiresAt: z.string(),
    invitedBy: z.string().optional(),
  }),
  'invitation-revoked': z.object({ invitationId: z.string() }),
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
  'credential-stored': z.object({ name: z.string(), version: z.number(), variables: z.array(z.string()) }),
  'credential-removed': z.object({ name: z.string(), version: z.number() }),
  'credential-used': z.object({
    name: z.string(),
    version: z.number(),
    operation: z.string(),
    deploymentId: z.string(),
    runId: z.string(),
    actionKey: z.string(),
  }),
} as const;
