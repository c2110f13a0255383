import type { Role } from '@caisson/contracts';
import { handleCommand, type CommandContext, type CommandRuntime, type DocumentStore } from '@caisson/event-sourcing';
import type { TenantCommand, TenantRejection } from '../domain/tenant.commands.js';
import { principalAggregate } from './principal.aggregate.js';
import type { RequestContext } from './session-parts.js';
import { principalIdOf, tenantIdOf } from './tenancy-ids.js';
import { TENANCY_COLLECTIONS, type InvitationDocument, type MemberDocument } from './tenancy-documents.js';
import type { BootstrapGate, MemberSubject, PasswordHasher, SecretMint } from './tenancy-ports.js';
import { tenantAggregate } from './tenant.aggregate.js';

/** Who wants to come in, and how it proves that it may. */
export interface RegisterInput {
  readonly tenantName: string;
  readonly username: string;
  /** Checked for length; never kept. */
  readonly password: string;
  /** Given: founds the tenant. */
  readonly bootstrapToken: string | undefined;
  /** Given: joins its tenant, whatever `tenantName` says. Neither given: joins the tenant as a viewer. */
  readonly invitation: string | undefined;
  /** The tenant and the actor follow from the input. */
  readonly context: RequestContext;
}

/** Why nobody was registered. Codes are stable. */
export type RegistrationRejection =
  /** Nobody may come by itself, or not into this tenant. */
  | { readonly code: 'registration-closed' }
  | { readonly code: 'bootstrap-token-invalid' }
  | { readonly code: 'invitation-invalid' }
  | { readonly code: 'tenant-exists'; readonly name: string }
  | { readonly code: 'username-taken'; readonly username: string }
  | { readonly code: 'members-exhausted'; readonly limit: number };

/** What became of a registration. */
export type Registration =
  | { readonly outcome: 'accepted'; readonly principal: MemberSubject }
  | { readonly outcome: 'rejected'; readonly rejection: RegistrationRejection };

/** What a registration works with. */
export interface RegisterParts {
  readonly runtime: CommandRuntime;
  readonly documents: DocumentStore;
  readonly gate: BootstrapGate;
  /** Of invitations. */
  readonly mint: SecretMint;
  readonly hasher: PasswordHasher;
  /** Whether somebody without the bootstrap token may join a tenant. */
  readonly selfRegistration: boolean;
}

/** Takes somebody in: the founder of a tenant, who proves that the server is theirs, who was invited, or a viewer. */
export class Register {
  constructor(private readonly parts: RegisterParts) {}

  /**
   * The tenant is changed first, then the principal is written with its credential. When the second step fails, the
   * same user name may register again and goes on from there.
   *
   * @throws Fault as `handleCommand` and `PasswordHasher.hash` do.
   */
  async execute(input: RegisterInput): Promise<Registration> {
    if (input.bootstrapToken !== undefined) return this.found(input, input.bootstrapToken);
    if (input.invitation !== undefined) return this.follow(input, input.invitation);
    if (!this.parts.selfRegistration) return refused({ code: 'registration-closed' });
    const subject = subjectOf(tenantIdOf(input.tenantName), input.username, 'viewer');
    return this.takeIn(input, subject, { type: 'AddMember', ...subject });
  }

  private async found(input: RegisterInput, bootstrapToken: string): Promise<Registration> {
    if (!this.parts.gate.opens(bootstrapToken)) return refused({ code: 'bootstrap-token-invalid' });
    const { tenantName: name, username } = input;
    const subject = subjectOf(tenantIdOf(name), username, 'admin');
    const founder = { principalId: subject.principalId, username };
    return this.takeIn(input, subject, { type: 'FoundTenant', name, founder });
  }

  private async follow(input: RegisterInput, invitation: string): Promise<Registration> {
    const { documents, mint, runtime } = this.parts;
    const owner = mint.ownerOf(invitation);
    if (owner === undefined) return refused({ code: 'invitation-invalid' });
    const { id: invitationId, tenantId } = owner;
    const kept = await documents.get<InvitationDocument>(tenantId, TENANCY_COLLECTIONS.invitation, invitationId);
    if (kept === undefined || !mint.fits(invitation, kept.body.hash)) return refused({ code: 'invitation-invalid' });
    const subject = subjectOf(tenantId, input.username, kept.body.role);
    const { principalId, username } = subject;
    const command = { type: 'AcceptInvitation', invitationId, principalId, username, at: runtime.clock.now() } as const;
    return this.takeIn(input, subject, command);
  }

  private async takeIn(input: RegisterInput, subject: MemberSubject, command: TenantCommand): Promise<Registration> {
    const { documents, hasher, runtime } = this.parts;
    const { principalId, role, tenantId, username } = subject;
    // A tenant's state remembers the last ones who left; their documents stay for ever.
    const known = await documents.get<MemberDocument>(tenantId, TENANCY_COLLECTIONS.member, principalId);
    if (known?.body.status === 'removed') return refused({ code: 'username-taken', username });
    const context: CommandContext = { ...input.context, tenantId, actor: principalId };
    const passwordHash = await hasher.hash(input.password);
    const tenant = await handleCommand(runtime, tenantAggregate(), { id: tenantId, command, context });
    if (tenant.outcome === 'rejected') return refused(toStrangers(tenant.rejection));
    const principal = await handleCommand(runtime, principalAggregate({ passwordHash }), {
      id: principalId,
      command: { type: 'RegisterPrincipal', principalId, username, role },
      context,
    });
    if (principal.outcome === 'rejected') return refused({ code: 'username-taken', username });
    return { outcome: 'accepted', principal: subject };
  }
}

/** Whether a tenant is there is not told. */
function toStrangers(rejection: TenantRejection): RegistrationRejection {
  switch (rejection.code) {
    case 'tenant-exists':
    case 'username-taken':
    case 'invitation-invalid':
    case 'members-exhausted':
      return rejection;
    default:
      return { code: 'registration-closed' };
  }
}

function subjectOf(tenantId: string, username: string, role: Role): MemberSubject {
  return { principalId: principalIdOf(tenantId, username), tenantId, username, role };
}

function refused(rejection: RegistrationRejection): Registration {
  return { outcome: 'rejected', rejection };
}
