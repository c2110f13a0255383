import {
  CredentialListQuery,
  CredentialName,
  CredentialRequest,
  CredentialResource,
  CredentialsRewrapped,
  pageOf,
} from '@caisson/contracts';
import { AccessGuard, CalledBy, Operation, type Caller } from '@caisson/http';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, UseGuards } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  RemoveCredentialCommand,
  RewrapCredentialsCommand,
  StoreCredentialCommand,
} from '../commands/tenancy-commands.js';
import { FindCredential, ListCredentials } from '../queries/credential-queries.js';
import { commandContextOf } from './command-context.js';
import { found, showPage } from './found.js';
import { tenancyProblem } from './tenancy-problem.js';

const CredentialPage = pageOf(CredentialResource);
const Name = CredentialName.describe('A DNS label.');
const NOT_STORED = 'Check the name, or store it with PUT.';

/** Credentials of engines: with whose rights they act. What is stored never comes back. */
@UseGuards(AccessGuard)
@Controller('api/v1/credentials')
export class CredentialsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Operation({ summary: 'List credentials, without their values', access: 'deployment:read', answer: CredentialPage })
  async listCredentials(
    @Query({ schema: CredentialListQuery }) part: CredentialListQuery,
    @CalledBy() { tenantId }: Caller,
  ): Promise<unknown> {
    return showPage(await this.queries.execute(new ListCredentials(tenantId, part)), (credential) => credential);
  }

  @Post('rewrap')
  @HttpCode(200)
  @Operation({
    summary: 'Put all credentials under the newest key of the installation',
    access: 'system:admin',
    answer: CredentialsRewrapped,
    recordsNoStream: 'each credential has its own',
  })
  async rewrapCredentials(@CalledBy() caller: Caller): Promise<CredentialsRewrapped> {
    const input = { context: commandContextOf(caller) };
    return { rewrapped: await this.commands.execute(new RewrapCredentialsCommand(input)) };
  }

  @Get(':name')
  @Operation({
    readsStream: 'credential',
    summary: 'Read what is told of a credential',
    access: 'deployment:read',
    answer: CredentialResource,
    problems: ['credential-not-found'],
  })
  async readCredential(
    @Param('name', { schema: Name }) name: string,
    @CalledBy() { tenantId }: Caller,
  ): Promise<CredentialResource> {
    const credential = await this.queries.execute(new FindCredential(tenantId, name));
    return found(credential, 'credential-not-found', NOT_STORED);
  }

  @Put(':name')
  @Operation({
    summary: 'Store the values of a credential, in place of what it had',
    access: 'system:admin',
    answer: CredentialResource,
    problems: ['credential-not-found'], // Somebody removed it before it could be shown.
    example: {
      values: { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'an-example-not-a-secret' },
    },
  })
  async storeCredential(
    @Param('name', { schema: Name }) name: string,
    @Body({ schema: CredentialRequest }) { values }: CredentialRequest,
    @CalledBy() caller: Caller,
  ): Promise<CredentialResource> {
    const input = { name, values, context: commandContextOf(caller) };
    await this.commands.execute(new StoreCredentialCommand(input));
    return this.readCredential(name, caller);
  }

  @Delete(':name')
  @HttpCode(204)
  @Operation({
    summary: 'Remove a credential and destroy its values',
    access: 'system:admin',
    problems: ['credential-not-found'],
  })
  async removeCredential(@Param('name', { schema: Name }) name: string, @CalledBy() caller: Caller): Promise<void> {
    const input = { name, context: commandContextOf(caller) };
    const rejection = await this.commands.execute(new RemoveCredentialCommand(input));
    if (rejection !== undefined) throw tenancyProblem(rejection);
  }
}
