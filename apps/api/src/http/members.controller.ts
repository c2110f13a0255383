import {
  InvitationAnswer,
  InviteRequest,
  MemberChangeRequest,
  MemberListQuery,
  MemberResource,
  pageOf,
} from '@caisson/contracts';
import { AccessGuard, CalledBy, Operation, type Caller } from '@caisson/http';
import type { MemberDocument } from '@caisson/tenancy';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ChangeRoleCommand, InviteMemberCommand, RemoveMemberCommand } from '../commands/tenancy-commands.js';
import { FindMember, ListMembers } from '../queries/tenancy-queries.js';
import { CurrentAccess } from '../security/current-access.js';
import { apiProblem } from './api-problems.js';
import { commandContextOf } from './command-context.js';
import { found, showPage } from './found.js';
import { Id } from './path-parameters.js';
import { tenancyProblem } from './tenancy-problem.js';

const MemberPage = pageOf(MemberResource);
const access = 'user:manage';

/** Who belongs to the tenant. */
@UseGuards(AccessGuard)
@Controller('api/v1/members')
export class MembersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly current: CurrentAccess,
  ) {}

  @Post()
  @Operation({
    ...{ access, answer: InvitationAnswer, secretAnswer: true },
    summary: 'Invite somebody into the tenant; the invitation is shown this once',
    problems: ['invitations-exhausted', 'secret-shown'],
    example: { role: 'deployer' },
  })
  async inviteMember(
    @Body({ schema: InviteRequest }) { role }: InviteRequest,
    @CalledBy() caller: Caller,
  ): Promise<InvitationAnswer> {
    const input = { role, context: commandContextOf(caller) };
    const invited = await this.commands.execute(new InviteMemberCommand(input));
    if (invited.outcome === 'accepted') return { ...invited.invitation, invitation: invited.secret };
    throw tenancyProblem(invited.rejection);
  }

  @Get()
  @Operation({
    readsStream: 'tenant',
    summary: 'List the members of the tenant',
    access: 'authenticated',
    answer: MemberPage,
  })
  async listMembers(
    @Query({ schema: MemberListQuery }) query: MemberListQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<unknown> {
    return showPage(await this.queries.execute(new ListMembers(tenantId, query)), showMember);
  }

  @Get(':id')
  @Operation({
    readsStream: 'tenant',
    ...{ access: 'authenticated', answer: MemberResource, problems: ['member-not-found'] },
    summary: 'Read a member of the tenant',
  })
  async readMember(@Param('id', { schema: Id }) id: string, @CalledBy() { tenantId }: Caller): Promise<MemberResource> {
    return showMember(found(await this.queries.execute(new FindMember(tenantId, id)), 'member-not-found'));
  }

  @Patch(':id')
  @Operation({
    ...{ access, answer: MemberResource, problems: ['member-not-found', 'last-admin'] },
    summary: 'Give a member another role',
    example: { role: 'operator' },
  })
  async changeMember(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: MemberChangeRequest }) { role }: MemberChangeRequest,
    @CalledBy() caller: Caller,
  ): Promise<MemberResource> {
    const input = { principalId: id, role, context: commandContextOf(caller) };
    const rejection = await this.commands.execute(new ChangeRoleCommand(input));
    this.current.changed({ tenantId: caller.tenantId, principalId: id });
    if (rejection !== undefined) throw tenancyProblem(rejection);
    return this.readMember(id, caller);
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({
    ...{ access: 'authenticated', problems: ['permission-denied', 'member-not-found', 'last-admin'] },
    summary: 'Leave the tenant, or show a member the door, which needs the permission user:manage',
  })
  async removeMember(@Param('id', { schema: Id }) id: string, @CalledBy() caller: Caller): Promise<void> {
    if (id !== caller.principalId && !caller.permissions.includes(access)) {
      throw apiProblem('permission-denied', {
        detail: `This needs the permission ${access}. Everybody may leave: name your own id.`,
        members: { permission: access },
      });
    }
    const input = { principalId: id, context: commandContextOf(caller) };
    const rejection = await this.commands.execute(new RemoveMemberCommand(input));
    this.current.changed({ tenantId: caller.tenantId, principalId: id });
    if (rejection !== undefined) throw tenancyProblem(rejection);
  }
}

function showMember({ id, role, username }: MemberDocument): MemberResource {
  return { id, username, role };
}
