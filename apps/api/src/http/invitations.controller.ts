import { InvitationListQuery, InvitationResource, InvitationsAnswer } from '@caisson/contracts';
import { AccessGuard, CalledBy, Operation, PageCursors, type Caller } from '@caisson/http';
import { ManageMembers, ReadTenant, type TenantRead } from '@caisson/tenancy';
import { Controller, Delete, Get, HttpCode, Param, Query, UseGuards } from '@nestjs/common';
import type { z } from 'zod';
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
    private readonly members: ManageMembers,
    private readonly tenant: ReadTenant,
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
    const open = (await this.tenant.execute(tenantId))?.invitations ?? [];
    const shown = open.map(showInvitation).filter((invitation) => role === undefined || invitation.role === role);
    return pageOfItems(this.cursors, shown, { part, scope: [tenantId, 'invitations', role], idOf: ({ id }) => id });
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({ summary: 'Take back an invitation that nobody has used', access, problems: ['invitation-not-found'] })
  async revokeInvitation(@Param('id', { schema: Id }) id: string, @CalledBy() caller: Caller): Promise<void> {
    const rejection = await this.members.revokeInvitation(id, commandContextOf(caller));
    if (rejection !== undefined) throw tenancyProblem(rejection);
  }
}

function showInvitation({ invitationId, ...invitation }: TenantRead['invitations'][number]): InvitationResource {
  return { id: invitationId, ...invitation };
}
