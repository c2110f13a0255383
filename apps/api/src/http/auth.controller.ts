import { LoginRequest, PrincipalView, RegisterRequest, ROLE_PERMISSIONS, TokenAnswer } from '@caisson/contracts';
import {
  AccessGuard,
  CalledBy,
  Operation,
  RequestedBy,
  type Caller,
  type HttpProblem,
  type Requester,
} from '@caisson/http';
import { unreachable } from '@caisson/kernel';
import { FindPrincipal, type RegistrationRejection } from '@caisson/tenancy';
import { Body, Controller, Get, Header, HttpCode, Post, UseGuards } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { LogInCommand, RegisterCommand } from '../commands/tenancy-commands.js';
import { apiProblem } from './api-problems.js';

/** Registration and login. */
@UseGuards(AccessGuard)
@Controller('api/v1/auth')
export class AuthController {
  constructor(
    private readonly commands: CommandBus,
    private readonly findPrincipal: FindPrincipal,
  ) {}

  @Post('register')
  @HttpCode(201)
  @Header('location', '/api/v1/auth/me')
  @Operation({
    summary: 'Register the first administrator of a tenant',
    access: 'public',
    answer: PrincipalView,
    problems: ['registration-closed', 'bootstrap-token-invalid', 'tenant-exists', 'username-taken'],
    example: {
      username: 'mia',
      password: 'correct horse battery',
      tenant: 'acme',
      bootstrapToken: 'as-the-server-printed-it',
    },
  })
  async register(
    @Body({ schema: RegisterRequest }) body: RegisterRequest,
    @RequestedBy() { commandId, requestId }: Requester,
  ): Promise<PrincipalView> {
    const { bootstrapToken, password, tenant: tenantName, username } = body;
    const context = { commandId, correlationId: requestId, causationId: requestId };
    const input = { tenantName, username, password, bootstrapToken, context };
    const registration = await this.commands.execute(new RegisterCommand(input));
    if (registration.outcome === 'rejected') throw registrationProblem(registration.rejection);
    const { principal } = registration;
    return { ...principal, permissions: [...ROLE_PERMISSIONS[principal.role]] };
  }

  @Post('login')
  @HttpCode(200)
  @Operation({
    summary: 'Exchange user name and password for an access token',
    access: 'public',
    answer: TokenAnswer,
    problems: ['credentials-invalid'],
    example: { username: 'mia', password: 'correct horse battery', tenant: 'acme' },
  })
  async logIn(@Body({ schema: LoginRequest }) body: LoginRequest): Promise<TokenAnswer> {
    const { password, tenant: tenantName, username } = body;
    const login = await this.commands.execute(new LogInCommand({ tenantName, username, password }));
    if (login.outcome === 'rejected') {
      throw apiProblem('credentials-invalid', {
        detail: 'Check tenant, user name and password. Which of them is wrong is not told.',
        headers: { 'www-authenticate': 'Bearer realm="caisson"' },
      });
    }
    return { access_token: login.accessToken, token_type: 'Bearer', expires_in: login.expiresInS };
  }

  @Get('me')
  @Operation({ summary: 'Say who the caller is', access: 'authenticated', answer: PrincipalView })
  async me(@CalledBy() caller: Caller): Promise<PrincipalView> {
    const { principalId, tenantId } = caller;
    const principal = await this.findPrincipal.execute(tenantId, principalId);
    if (principal === undefined) throw apiProblem('token-invalid', 'The principal no longer exists. Log in again.');
    const { role, username } = principal;
    return { principalId, tenantId, username, role, permissions: [...ROLE_PERMISSIONS[role]] };
  }
}

function registrationProblem(rejection: RegistrationRejection): HttpProblem {
  switch (rejection.code) {
    case 'registration-closed':
      return apiProblem('registration-closed', {
        detail: 'Only the first administrator can register, with the bootstrap token that the server printed.',
        errors: [
          { pointer: '/bootstrapToken', detail: 'must be the token that the server printed at its first start' },
        ],
      });
    case 'bootstrap-token-invalid':
      return apiProblem('bootstrap-token-invalid', {
        detail: 'Use the token that the server printed at its first start, or was given in CAISSON_BOOTSTRAP_TOKEN.',
        errors: [{ pointer: '/bootstrapToken', detail: 'is not the token of this server' }],
      });
    case 'tenant-exists':
      return apiProblem('tenant-exists', {
        detail: 'Log in as its administrator, or register another tenant.',
        errors: [{ pointer: '/tenant', detail: 'has an administrator already' }],
      });
    case 'username-taken':
      return apiProblem('username-taken', {
        detail: 'Log in with it, or choose another user name.',
        errors: [{ pointer: '/username', detail: 'is taken' }],
      });
    default:
      return unreachable(rejection, 'refusal of a registration');
  }
}
