import { InvitationListQuery, InvitationResource, InvitationsAnswer } from '@caisson/contracts';
import { AccessGuard, CalledBy, Operation, PageCursors, type Caller } from '@caisson/http';
import type { TenantRead } from '@caisson/tenancy';
import { Controller, Delete, Get, HttpCode, Param, Query, UseGuards } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { z } from 'zod';
import { RevokeInvitationCommand } from '../commands/tenancy-commands.js';
import { FindTenant } from '../queries/tenant-queries.js';
import { pageOfItems } from '../queries/read-page.js';
import { commandContextOf } from './command-context.js';
import { Id } from './path-parameters.js';
import { tenancyProblem } from './tenancy-problem.js';

const access = 'user:manage';

/** Invitations that nobody has used yet. */
@UseGuards(AccessGuard)
@Controller('api/v1/members/invitations')
export class InvitationsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly cursors: PageCursors,
  ) {}

  @Get()
  @Operation({
    readsStream: 'tenant',
    ...{ access, answer: InvitationsAnswer, summary: 'List the invitations that nobody has used yet, oldest first' },
  })
  async listInvitations(
    @Query({ schema: InvitationListQuery }) { role, ...part }: InvitationListQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<z.infer<typeof InvitationsAnswer>> {
    const open = (await this.queries.execute(new FindTenant(tenantId)))?.invitations ?? [];
    const shown = open.map(showInvitation).filter((invitation) => role === undefined || invitation.role === role);
    return pageOfItems(this.cursors, shown, { part, scope: [tenantId, 'invitations', role], idOf: ({ id }) => id });
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({ summary: 'Take back an invitation that nobody has used', access, problems: ['invitation-not-found'] })
  async revokeInvitation(@Param('id', { schema: Id }) id: string, @CalledBy() caller: Caller): Promise<void> {
    const input = { invitationId: id, context: commandContextOf(caller) };
    const rejection = await this.commands.execute(new RevokeInvitationCommand(input));
    if (rejection !== undefined) throw tenancyProblem(rejection);
  }
}

function showInvitation({ invitationId, ...invitation }: TenantRead['invitations'][number]): InvitationResource {
  return { id: invitationId, ...invitation };
}
