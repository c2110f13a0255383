import { z } from 'zod';

/** What a principal may be allowed to do. */
export const PERMISSIONS = [
  'deployment:create',
  'deployment:read',
  'deployment:approve',
  'deployment:cancel',
  'deployment:rollback',
  'drift:scan',
  'drift:remediate',
  'drift:read',
  'user:manage',
  'system:admin',
] as const;

/** One thing that a principal may be allowed to do. */
export type Permission = (typeof PERMISSIONS)[number];

/** From most to least trusted. */
export const ROLES = ['admin', 'operator', 'deployer', 'viewer'] as const;

/** The role of a principal in its tenant. */
export type Role = (typeof ROLES)[number];

const READS: readonly Permission[] = ['deployment:read', 'drift:read'];
const DEPLOYS: readonly Permission[] = ['deployment:create', ...READS];

/** Which role may do what. The one table; guards, docs and the console follow it. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  admin: PERMISSIONS,
  operator: [
    ...DEPLOYS,
    'deployment:approve',
    'deployment:cancel',
    'deployment:rollback',
    'drift:scan',
    'drift:remediate',
  ],
  deployer: DEPLOYS,
  viewer: READS,
};

/** 3 to 64 lower-case letters, digits, dots, hyphens and underscores; begins with a letter or digit. */
export const Username = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{2,63}$/, 'must be 3 to 64 of a-z, 0-9, dot, hyphen and underscore');

/** Any text of 12 to 256 characters. */
export const Password = z.string().min(12).max(256);

/** Body of `POST /auth/register`. */
export const RegisterRequest = z.strictObject({
  username: Username,
  password: Password,
  /** Names the tenant; default `default`. */
  tenant: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a DNS label: 1 to 63 of a-z, 0-9 and inner hyphens')
    .default('default'),
  /** Printed when the server starts for the first time: proves that the caller runs the server. */
  bootstrapToken: z.string().min(1).max(256).optional(),
});

/** Body of `POST /auth/login`. */
export const LoginRequest = z.strictObject({
  username: z.string().min(1).max(64),
  password: z.string().min(1).max(256),
  tenant: z.string().min(1).max(63).default('default'),
});

/** An access token, with the names of OAuth 2.0 (RFC 6749, section 5.1). */
export const TokenAnswer = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  /** Seconds until the token ends. */
  expires_in: z.int().positive(),
});

/** Who asks, as the token says. */
export const PrincipalView = z.object({
  principalId: z.string(),
  tenantId: z.string(),
  username: z.string(),
  role: z.enum(ROLES),
  permissions: z.array(z.enum(PERMISSIONS)),
});

/** A registration that was checked. */
export type RegisterRequest = z.infer<typeof RegisterRequest>;
/** A login that was checked. */
export type LoginRequest = z.infer<typeof LoginRequest>;
/** An access token as a login answers it. */
export type TokenAnswer = z.infer<typeof TokenAnswer>;
/** A principal as the API shows it. */
export type PrincipalView = z.infer<typeof PrincipalView>;
