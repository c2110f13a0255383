import {
  KeyAnswer,
  KeyListQuery,
  KeyRequest,
  KeyResource,
  KeyRotationRequest,
  pageOf,
  type Role,
} from '@caisson/contracts';
import { AccessGuard, CalledBy, Operation, type Caller } from '@caisson/http';
import type { Clock } from '@caisson/kernel';
import type { KeyGiven } from '@caisson/tenancy';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { IssueKeyCommand, RevokeKeyCommand, RotateKeyCommand } from '../commands/tenancy-commands.js';
import { FindKey, ListKeys } from '../queries/tenancy-queries.js';
import { CurrentAccess } from '../security/current-access.js';
import { CLOCK } from '../tokens.js';
import { commandContextOf } from './command-context.js';
import { found, showPage } from './found.js';
import { Id } from './path-parameters.js';
import { tenancyProblem } from './tenancy-problem.js';

const KeyPage = pageOf(KeyResource);
const DAY_MS = 24 * 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;
const access = 'user:manage';

/** API keys: how machines come in. */
@UseGuards(AccessGuard)
@Controller('api/v1/keys')
export class KeysController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly current: CurrentAccess,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post()
  @Operation({
    ...{ access, answer: KeyAnswer, secretAnswer: true, problems: ['secret-shown'] },
    summary: 'Issue an API key; its secret is shown this once',
    example: { name: 'nightly build', scope: 'write', expiresInDays: 90 },
  })
  async issueKey(
    @Body({ schema: KeyRequest }) { expiresInDays, name, scope }: KeyRequest,
    @CalledBy() caller: Caller,
  ): Promise<KeyAnswer> {
    const expiry = expiresInDays === undefined ? {} : { expiresAt: this.after(expiresInDays * DAY_MS) };
    const context = commandContextOf(caller);
    const input = { name, role: roleOf(scope), ...expiry, context };
    return shown(await this.commands.execute(new IssueKeyCommand(input)));
  }

  @Get()
  @Operation({ summary: 'List API keys, revoked ones too', access, answer: KeyPage })
  async listKeys(
    @Query({ schema: KeyListQuery }) query: KeyListQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<unknown> {
    return showPage(await this.queries.execute(new ListKeys(tenantId, query)), (key) => key);
  }

  @Get(':id')
  @Operation({
    readsStream: 'key',
    summary: 'Read an API key',
    access,
    answer: KeyResource,
    problems: ['key-not-found'],
  })
  async readKey(@Param('id', { schema: Id }) id: string, @CalledBy() { tenantId }: Caller): Promise<KeyResource> {
    return found(await this.queries.execute(new FindKey(tenantId, id)), 'key-not-found');
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @Operation({
    ...{ access, answer: KeyAnswer, secretAnswer: true },
    summary: 'Give an API key a new secret, and let the old one be good for a while',
    problems: ['key-not-found', 'key-revoked', 'key-expired', 'key-changed', 'secret-shown'],
    example: { overlapHours: 24 },
  })
  async rotateKey(
    @Param('id', { schema: Id }) keyId: string,
    @Body({ schema: KeyRotationRequest }) { overlapHours }: KeyRotationRequest,
    @CalledBy() caller: Caller,
  ): Promise<KeyAnswer> {
    const context = commandContextOf(caller);
    const input = { keyId, overlapMs: overlapHours * HOUR_MS, context };
    const given = await this.commands.execute(new RotateKeyCommand(input));
    this.current.changed({ tenantId: caller.tenantId, principalId: keyId });
    return shown(given);
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({ summary: 'Revoke an API key, at once', access, problems: ['key-not-found'] })
  async revokeKey(@Param('id', { schema: Id }) keyId: string, @CalledBy() caller: Caller): Promise<void> {
    const input = { keyId, context: commandContextOf(caller) };
    const rejection = await this.commands.execute(new RevokeKeyCommand(input));
    this.current.changed({ tenantId: caller.tenantId, principalId: keyId });
    if (rejection !== undefined) throw tenancyProblem(rejection);
  }

  private after(ms: number): string {
    return new Date(Date.parse(this.clock.now()) + ms).toISOString();
  }
}

function roleOf(scope: KeyRequest['scope']): Role {
  if (scope === 'read') return 'viewer';
  return scope === 'write' ? 'operator' : scope;
}

function shown(given: KeyGiven): KeyAnswer {
  if (given.outcome === 'rejected') throw tenancyProblem(given.rejection);
  return { ...given.key, key: given.secret };
}
