import {
  LoginRequest,
  PasswordChangeRequest,
  PrincipalView,
  RefreshRequest,
  RegisterRequest,
  ROLE_PERMISSIONS,
  TokenAnswer,
} from '@caisson/contracts';
import {
  AccessGuard,
  CalledBy,
  credentialProblem,
  Operation,
  RequestedBy,
  SessionTokens,
  type Caller,
  type HttpProblem,
  type Requester,
} from '@caisson/http';
import { unreachable } from '@caisson/kernel';
import type { RegistrationRejection, SessionTokens as IssuedTokens } from '@caisson/tenancy';
import { Body, Controller, Get, Header, HttpCode, Post, UseGuards } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  ChangePasswordCommand,
  EndSessionCommand,
  LogInCommand,
  RefreshSessionCommand,
  RegisterCommand,
} from '../commands/tenancy-commands.js';
import { CurrentAccess } from '../security/current-access.js';
import { apiProblem } from './api-problems.js';
import { commandContextOf } from './command-context.js';
import { tenancyProblem } from './tenancy-problem.js';

const CHALLENGE = { 'www-authenticate': 'Bearer realm="caisson"' };

/** Registration, login, and what becomes of a session. */
@UseGuards(AccessGuard)
@Controller('api/v1/auth')
export class AuthController {
  constructor(
    private readonly commands: CommandBus,
    private readonly tokens: SessionTokens,
    private readonly access: CurrentAccess,
  ) {}

  @Post('register')
  @HttpCode(201)
  @Header('location', '/api/v1/auth/me')
  @Operation({
    summary: 'Register: found a tenant with the bootstrap token, follow an invitation, or join as a viewer',
    access: 'public',
    login: true,
    answer: PrincipalView,
    problems: [
      ...(['registration-closed', 'bootstrap-token-invalid', 'invitation-invalid'] as const),
      ...(['tenant-exists', 'username-taken', 'members-exhausted'] as const),
    ],
    example: {
      username: 'mia',
      password: 'correct horse battery',
      tenant: 'acme',
      bootstrapToken: 'as-the-server-printed-it',
    },
  })
  async register(
    @Body({ schema: RegisterRequest }) body: RegisterRequest,
    @RequestedBy() requester: Requester,
  ): Promise<PrincipalView> {
    const { bootstrapToken, invitation, password, tenant: tenantName, username } = body;
    const context = contextOf(requester);
    const input = { tenantName, username, password, bootstrapToken, invitation, context };
    const registration = await this.commands.execute(new RegisterCommand(input));
    if (registration.outcome === 'rejected') throw registrationProblem(registration.rejection);
    const { principal } = registration;
    return { ...principal, permissions: [...ROLE_PERMISSIONS[principal.role]] };
  }

  @Post('login')
  @HttpCode(200)
  @Operation({
    summary: 'Exchange user name and password for the tokens of a new session',
    access: 'public',
    login: true,
    answer: TokenAnswer,
    secretAnswer: true,
    problems: ['credentials-invalid'],
    example: { username: 'mia', password: 'correct horse battery', tenant: 'acme' },
  })
  async logIn(
    @Body({ schema: LoginRequest }) body: LoginRequest,
    @RequestedBy() requester: Requester,
  ): Promise<TokenAnswer> {
    const { password, tenant: tenantName, username } = body;
    const input = { tenantName, username, password, context: contextOf(requester) };
    const login = await this.commands.execute(new LogInCommand(input));
    if (login.outcome === 'accepted') return answerOf(login.tokens);
    throw apiProblem('credentials-invalid', {
      detail: 'Check tenant, user name and password. Which of them is wrong is not told.',
      headers: CHALLENGE,
    });
  }

  @Post('refresh')
  @HttpCode(200)
  @Operation({
    summary: 'Exchange a refresh token for the next tokens of its session; a second time ends the session',
    access: 'public',
    login: true,
    answer: TokenAnswer,
    secretAnswer: true,
    problems: ['refresh-token-invalid'],
    example: { refresh_token: 'as-the-login-answered-it' },
  })
  async refresh(
    @Body({ schema: RefreshRequest }) { refresh_token: token }: RefreshRequest,
    @RequestedBy() requester: Requester,
  ): Promise<TokenAnswer> {
    const checked = this.tokens.checkRefresh(token);
    if (checked.outcome !== 'valid') throw refreshProblem();
    const input = { ...checked.claims, context: contextOf(requester) };
    const refreshed = await this.commands.execute(new RefreshSessionCommand(input));
    this.access.changed(checked.claims);
    if (refreshed.outcome === 'rejected') throw refreshProblem();
    return answerOf(refreshed.tokens);
  }

  @Post('logout')
  @HttpCode(204)
  @Operation({ summary: 'End the session', access: 'authenticated', problems: ['session-required'] })
  async logOut(@CalledBy() caller: Caller): Promise<void> {
    const input = { sessionId: sessionOf(caller), context: commandContextOf(caller) };
    await this.commands.execute(new EndSessionCommand(input));
    this.access.changed(caller);
  }

  @Post('password')
  @HttpCode(204)
  @Operation({
    summary: 'Change the password, and end all other sessions',
    access: 'authenticated',
    login: true,
    problems: ['password-wrong', 'session-required'],
    example: { currentPassword: 'correct horse battery', newPassword: 'staple of another kind' },
  })
  async changePassword(
    @Body({ schema: PasswordChangeRequest }) body: PasswordChangeRequest,
    @CalledBy() caller: Caller,
  ): Promise<void> {
    const input = { ...body, sessionId: sessionOf(caller), context: commandContextOf(caller) };
    const change = await this.commands.execute(new ChangePasswordCommand(input));
    this.access.changed(caller);
    if (change.outcome === 'accepted') return;
    if (change.rejection.code === 'session-ended') throw credentialProblem('token-revoked');
    throw apiProblem('password-wrong', {
      detail: 'Send the password that you logged in with as currentPassword.',
      errors: [{ pointer: '/currentPassword', detail: 'is not the password' }],
    });
  }

  @Get('me')
  @Operation({ summary: 'Say who the caller is', access: 'authenticated', answer: PrincipalView })
  me(@CalledBy() { permissions, principalId, role, tenantId, username }: Caller): PrincipalView {
    return { principalId, tenantId, username, role, permissions: [...permissions] };
  }
}

function contextOf({ commandId, requestId }: Requester) {
  return { commandId, correlationId: requestId, causationId: requestId };
}

function answerOf({ accessToken, expiresInS, refreshExpiresInS, refreshToken }: IssuedTokens): TokenAnswer {
  return {
    access_token: accessToken,
    refresh_token: refreshToken,
    token_type: 'Bearer',
    expires_in: expiresInS,
    refresh_expires_in: refreshExpiresInS,
  };
}

function sessionOf({ sessionId }: Caller): string {
  if (sessionId !== undefined) return sessionId;
  throw apiProblem('session-required', 'Log in with user name and password. A machine has no session.');
}

function refreshProblem(): HttpProblem {
  return apiProblem('refresh-token-invalid', {
    detail: 'It was changed, has ended or was used before; a second use ends its session. Log in again.',
    headers: CHALLENGE,
  });
}

function registrationProblem(rejection: RegistrationRejection): HttpProblem {
  switch (rejection.code) {
    case 'registration-closed':
      return apiProblem('registration-closed', {
        detail:
          'Nobody can join this tenant by registering. Ask its administrator for an invitation; the first ' +
          'administrator of a tenant registers with the bootstrap token that the server printed.',
        errors: [
          { pointer: '/bootstrapToken', detail: 'must be the token that the server printed at its first start' },
        ],
      });
    case 'bootstrap-token-invalid':
      return apiProblem('bootstrap-token-invalid', {
        detail: 'Use the token that the server printed at its first start, or was given in CAISSON_BOOTSTRAP_TOKEN.',
        errors: [{ pointer: '/bootstrapToken', detail: 'is not the token of this server' }],
      });
    case 'invitation-invalid':
      return apiProblem('invitation-invalid', {
        detail: 'It was used before, has ended or was changed. Ask an administrator of the tenant for a new one.',
        errors: [{ pointer: '/invitation', detail: 'is no open invitation' }],
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
    case 'members-exhausted':
      return tenancyProblem(rejection);
    default:
      return unreachable(rejection, 'refusal of a registration');
  }
}
