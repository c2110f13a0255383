import { z } from 'zod';
import { Links, pageOf, PageQuery, PartQuery, sortBy } from './page.js';

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
  /**
   * Printed when the server starts for the first time: proves that the caller runs the server, and founds the tenant.
   * Without it the caller joins a tenant that is there, as a viewer.
   */
  bootstrapToken: z.string().min(1).max(256).optional(),
  /** As an administrator got it from `POST /members`: joins the tenant of the invitation, with its role. */
  invitation: z.string().min(1).max(256).optional(),
});

/** Body of `POST /auth/login`. */
export const LoginRequest = z.strictObject({
  username: z.string().min(1).max(64),
  password: z.string().min(1).max(256),
  tenant: z.string().min(1).max(63).default('default'),
});

/** The tokens of a session, with the names of OAuth 2.0 (RFC 6749, section 5.1). */
export const TokenAnswer = z.object({
  access_token: z.string(),
  /** Good for one exchange at `POST /auth/refresh`; a second one ends the session. */
  refresh_token: z.string(),
  token_type: z.literal('Bearer'),
  /** Seconds until the access token ends. */
  expires_in: z.int().positive(),
  /** Seconds until the refresh token ends. */
  refresh_expires_in: z.int().positive(),
});

/** Body of `POST /auth/refresh`. */
export const RefreshRequest = z.strictObject({ refresh_token: z.string().min(1).max(4096) });

/** Body of `POST /auth/password`. */
export const PasswordChangeRequest = z.strictObject({
  currentPassword: z.string().min(1).max(256),
  newPassword: Password,
});

/** A member of a tenant. */
export const MemberResource = z.object({
  id: z.string(),
  username: z.string(),
  role: z.enum(ROLES),
});

/** Body of `POST /members`. */
export const InviteRequest = z.strictObject({ role: z.enum(ROLES) });

/** An invitation with its secret, which is shown this once. */
export const InvitationAnswer = z.object({
  id: z.string(),
  role: z.enum(ROLES),
  expiresAt: z.string(),
  /** For `POST /auth/register`. */
  invitation: z.string(),
});

/** An invitation that nobody has used yet, without its secret. */
export const InvitationResource = z.object({
  id: z.string(),
  role: z.enum(ROLES),
  expiresAt: z.string(),
  /** The member or key that answers for it. */
  invitedBy: z.string().optional(),
});

/** The open invitations of a tenant, oldest first. */
export const InvitationsAnswer = pageOf(InvitationResource);

/** Query of the open invitations. */
export const InvitationListQuery = PartQuery.extend({
  sort: sortBy('expiresAt', 'ascending'),
  role: z.enum(ROLES).optional(),
});

/** Query of the members. */
export const MemberListQuery = PageQuery.extend({ sort: sortBy('id'), role: z.enum(ROLES).optional() });

/** The tenant of the caller. */
export const TenantResource = z.object({
  id: z.string(),
  name: z.string(),
  /** How many belong to it. */
  members: z.int(),
  links: Links,
});

/** The tenants that the caller belongs to: the one that its credential is of. */
export const TenantsAnswer = z.object({ items: z.array(TenantResource) });

/** Body of `PATCH /members/{id}`. */
export const MemberChangeRequest = z.strictObject({ role: z.enum(ROLES) });

/** An API key, without its secret. */
export const KeyResource = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  status: z.enum(['active', 'revoked']),
  /** Absent: it does not end by itself. */
  expiresAt: z.string().optional(),
});

/** An API key with its secret, which is shown this once. */
export const KeyAnswer = KeyResource.extend({ key: z.string() });

/** Query of the API keys. */
export const KeyListQuery = PageQuery.extend({
  sort: sortBy('id'),
  status: z.enum(['active', 'revoked']).optional(),
  role: z.enum(ROLES).optional(),
});

const KEY_DAYS_MAX = 3650;
const OVERLAP_HOURS_MAX = 720;

/** Body of `POST /keys`. */
export const KeyRequest = z.strictObject({
  /** What it is for. */
  name: z.string().min(1).max(100),
  /** `read`: what a viewer may; `write`: what an operator may; or a role. */
  scope: z.enum(['read', 'write', ...ROLES]),
  /** Days until it ends; absent: it does not end by itself. */
  expiresInDays: z.int().min(1).max(KEY_DAYS_MAX).optional(),
});

/** Body of `POST /keys/{id}/rotate`. */
export const KeyRotationRequest = z.strictObject({
  /** How long the secret before is good beside the new one. */
  overlapHours: z.int().min(0).max(OVERLAP_HOURS_MAX).default(24),
});

/** The public keys of tokens (RFC 7517). */
export const KeySet = z.object({
  keys: z.array(
    z.object({
      kty: z.literal('RSA'),
      kid: z.string(),
      alg: z.string(),
      use: z.literal('sig'),
      n: z.string(),
      e: z.string(),
    }),
  ),
});

/** Who asks. */
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
/** An exchange of tokens that was checked. */
export type RefreshRequest = z.infer<typeof RefreshRequest>;
/** A change of password that was checked. */
export type PasswordChangeRequest = z.infer<typeof PasswordChangeRequest>;
/** The tokens of a session as a login answers them. */
export type TokenAnswer = z.infer<typeof TokenAnswer>;
/** A member as the API shows it. */
export type MemberResource = z.infer<typeof MemberResource>;
/** An invitation that was checked. */
export type InviteRequest = z.infer<typeof InviteRequest>;
/** An invitation as the API answers it. */
export type InvitationAnswer = z.infer<typeof InvitationAnswer>;
/** An open invitation as the API shows it. */
export type InvitationResource = z.infer<typeof InvitationResource>;
/** A tenant as the API shows it. */
export type TenantResource = z.infer<typeof TenantResource>;
/** The query of the open invitations, checked. */
export type InvitationListQuery = z.infer<typeof InvitationListQuery>;
/** The query of the members, checked. */
export type MemberListQuery = z.infer<typeof MemberListQuery>;
/** The query of the API keys, checked. */
export type KeyListQuery = z.infer<typeof KeyListQuery>;
/** A change of a member that was checked. */
export type MemberChangeRequest = z.infer<typeof MemberChangeRequest>;
/** An API key as the API shows it. */
export type KeyResource = z.infer<typeof KeyResource>;
/** An API key as the API gives it. */
export type KeyAnswer = z.infer<typeof KeyAnswer>;
/** A wish for an API key that was checked. */
export type KeyRequest = z.infer<typeof KeyRequest>;
/** A rotation that was checked. */
export type KeyRotationRequest = z.infer<typeof KeyRotationRequest>;
/** The public keys of tokens as the API shows them. */
export type KeySet = z.infer<typeof KeySet>;
/** A principal as the API shows it. */
export type PrincipalView = z.infer<typeof PrincipalView>;
