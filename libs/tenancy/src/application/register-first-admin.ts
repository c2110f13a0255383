import { handleCommand, type CommandContext, type CommandRuntime } from '@caisson/event-sourcing';
import type { PrincipalRejection } from '../domain/principal.commands.js';
import type { TenantRejection } from '../domain/tenant.commands.js';
import { principalAggregate } from './principal.aggregate.js';
import { principalIdOf, tenantIdOf } from './tenancy-ids.js';
import type { BootstrapGate, PasswordHasher, TokenSubject } from './tenancy-ports.js';
import { tenantAggregate } from './tenant.aggregate.js';

/** Who wants to be the first administrator, and how it proves that it may. */
export interface RegisterFirstAdminInput {
  readonly tenantName: string;
  readonly username: string;
  /** Checked for length; never kept. */
  readonly password: string;
  /** Absent: an ordinary registration, which is closed. */
  readonly bootstrapToken: string | undefined;
  /** The tenant and the actor follow from the input. */
  readonly context: Pick<CommandContext, 'commandId' | 'correlationId' | 'causationId'>;
}

/** Why nobody was registered. Codes are stable. */
export type RegistrationRejection =
  /** Only the first administrator can register; others will be invited. */
  | { readonly code: 'registration-closed' }
  | { readonly code: 'bootstrap-token-invalid' }
  | TenantRejection
  | PrincipalRejection;

/** What became of a registration. */
export type Registration =
  | { readonly outcome: 'accepted'; readonly principal: TokenSubject }
  | { readonly outcome: 'rejected'; readonly rejection: RegistrationRejection };

/** Founds a tenant with its first administrator, who proves with the bootstrap token that the server is theirs. */
export class RegisterFirstAdmin {
  constructor(
    private readonly runtime: CommandRuntime,
    private readonly gate: BootstrapGate,
    private readonly hasher: PasswordHasher,
  ) {}

  /**
   * The tenant is founded first, then the principal is written with its credential. When the second step fails, the
   * same user name may register again and goes on from there.
   *
   * @throws Fault as `handleCommand` and `PasswordHasher.hash` do.
   */
  async execute(input: RegisterFirstAdminInput): Promise<Registration> {
    if (input.bootstrapToken === undefined) return refused({ code: 'registration-closed' });
    if (!this.gate.opens(input.bootstrapToken)) return refused({ code: 'bootstrap-token-invalid' });
    const { tenantName, username } = input;
    const tenantId = tenantIdOf(tenantName);
    const principalId = principalIdOf(tenantId, username);
    const context = { ...input.context, tenantId, actor: principalId };
    const passwordHash = await this.hasher.hash(input.password);
    const tenant = await handleCommand(this.runtime, tenantAggregate, {
      id: tenantId,
      command: { type: 'FoundTenant', name: tenantName, founder: { principalId, username } },
      context,
    });
    if (tenant.outcome === 'rejected') return refused(tenant.rejection);
    const principal = await handleCommand(this.runtime, principalAggregate({ passwordHash }), {
      id: principalId,
      command: { type: 'RegisterPrincipal', principalId, username, role: 'admin' },
      context,
    });
    if (principal.outcome === 'rejected') return refused(principal.rejection);
    return { outcome: 'accepted', principal: { principalId, tenantId, username, role: 'admin' } };
  }
}

function refused(rejection: RegistrationRejection): Registration {
  return { outcome: 'rejected', rejection };
}
