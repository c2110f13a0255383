import { handleCommand, type CommandContext, type CommandRuntime } from '@caisson/event-sourcing';
import type { TenantCommand } from '../domain/tenant.commands.js';
import { principalAggregate } from './principal.aggregate.js';
import type { RequestContext } from './session-parts.js';
import { principalIdOf, tenantIdOf } from './tenancy-ids.js';
import type { BootstrapGate, MemberSubject, PasswordHasher } from './tenancy-ports.js';
import { tenantAggregate } from './tenant.aggregate.js';

/** Who wants to come in, and how it proves that it may. */
export interface RegisterInput {
  readonly tenantName: string;
  readonly username: string;
  /** Checked for length; never kept. */
  readonly password: string;
  /** Given: founds the tenant. Absent: joins it as a viewer. */
  readonly bootstrapToken: string | undefined;
  /** The tenant and the actor follow from the input. */
  readonly context: RequestContext;
}

/** Why nobody was registered. Codes are stable. */
export type RegistrationRejection =
  /** Nobody may come by itself, or not into this tenant. */
  | { readonly code: 'registration-closed' }
  | { readonly code: 'bootstrap-token-invalid' }
  | { readonly code: 'tenant-exists'; readonly name: string }
  | { readonly code: 'username-taken'; readonly username: string };

/** What became of a registration. */
export type Registration =
  | { readonly outcome: 'accepted'; readonly principal: MemberSubject }
  | { readonly outcome: 'rejected'; readonly rejection: RegistrationRejection };

/** What a registration works with. */
export interface RegisterParts {
  readonly runtime: CommandRuntime;
  readonly gate: BootstrapGate;
  readonly hasher: PasswordHasher;
  /** Whether somebody without the bootstrap token may join a tenant. */
  readonly selfRegistration: boolean;
}

/** Takes somebody in: the founder of a tenant, who proves that the server is theirs, or a viewer. */
export class Register {
  constructor(private readonly parts: RegisterParts) {}

  /**
   * The tenant is changed first, then the principal is written with its credential. When the second step fails, the
   * same user name may register again and goes on from there.
   *
   * @throws Fault as `handleCommand` and `PasswordHasher.hash` do.
   */
  async execute(input: RegisterInput): Promise<Registration> {
    const { bootstrapToken, tenantName, username } = input;
    const tenantId = tenantIdOf(tenantName);
    const principalId = principalIdOf(tenantId, username);
    if (bootstrapToken === undefined) {
      if (!this.parts.selfRegistration) return refused({ code: 'registration-closed' });
      const subject = { principalId, tenantId, username, role: 'viewer' } as const;
      return this.takeIn(input, subject, { type: 'AddMember', principalId, username, role: 'viewer' });
    }
    if (!this.parts.gate.opens(bootstrapToken)) return refused({ code: 'bootstrap-token-invalid' });
    const founder = { principalId, username };
    const subject = { ...founder, tenantId, role: 'admin' } as const;
    return this.takeIn(input, subject, { type: 'FoundTenant', name: tenantName, founder });
  }

  private async takeIn(input: RegisterInput, subject: MemberSubject, command: TenantCommand): Promise<Registration> {
    const { hasher, runtime } = this.parts;
    const { principalId, role, tenantId, username } = subject;
    const context: CommandContext = { ...input.context, tenantId, actor: principalId };
    const passwordHash = await hasher.hash(input.password);
    const tenant = await handleCommand(runtime, tenantAggregate, { id: tenantId, command, context });
    if (tenant.outcome === 'rejected') {
      // Whether a tenant is there is not told to strangers.
      const { rejection } = tenant;
      return refused(rejection.code === 'tenant-not-found' ? { code: 'registration-closed' } : rejection);
    }
    const principal = await handleCommand(runtime, principalAggregate({ passwordHash }), {
      id: principalId,
      command: { type: 'RegisterPrincipal', principalId, username, role },
      context,
    });
    if (principal.outcome === 'rejected') return refused({ code: 'username-taken', username });
    return { outcome: 'accepted', principal: subject };
  }
}

function refused(rejection: RegistrationRejection): Registration {
  return { outcome: 'rejected', rejection };
}
