import { describeEvents } from '@caisson/contracts';
import {
  ChangePassword,
  ChangeQuotas,
  EndSession,
  FindAccess,
  LogIn,
  ManageCredentials,
  ManageKeys,
  ManageMembers,
  ReadTenant,
  RefreshSession,
  Register,
} from '@caisson/tenancy';
import type { StreamRef } from '@caisson/event-sourcing';
import { ReactToFact, ReadAsOf } from '@caisson/deployment';
import { readCron } from '@caisson/cron';
import { ManageBreakers, ManageIgnores, ManageSchedule, ReplacePolicy, StoredPolicies } from '@caisson/drift';
import {
  Authenticator,
  DocsModule,
  IdempotencyInterceptor,
  PageCursors,
  Rates,
  sayRecorded,
  SessionTokens,
  TokenKeys,
} from '@caisson/http';
import { ManageWebhooks } from '@caisson/webhooks';
import { RecomputePlan, ReplaceTable, StoredTables } from '@caisson/planning';
import { parseSecretKeys, SecretEnvelopes } from '@caisson/secret-box';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { DEPLOYMENT_COMMAND_HANDLERS } from './commands/deployment-command-handlers.js';
import { DRIFT_COMMAND_HANDLERS } from './commands/drift-commands.js';
import { PLANNING_COMMAND_HANDLERS } from './commands/planning-commands.js';
import { TENANCY_COMMAND_HANDLERS } from './commands/tenancy-command-handlers.js';
import { WEBHOOK_COMMAND_HANDLERS } from './commands/webhook-commands.js';
import { DeploymentFactsConsumer } from './events/deployment-facts.consumer.js';
import { ANSWERED_PROBLEMS } from './http/api-problems.js';
import { API_CONTROLLERS, describeApi } from './http/api-document.js';
import { CommandAnswers } from './http/command-answers.js';
import { DeploymentRequests } from './http/deployment-requests.js';
import { MinVersionInterceptor } from './http/min-version.interceptor.js';
import { PlanningTables } from './http/planning-tables.controller.js';
import { RunCommands } from './http/run-commands.js';
import { ScanRequests } from './http/scan-requests.js';
import { LiveHub } from './live/live-hub.js';
import type { ApiPorts } from './ports.js';
import {
  FindDeploymentHandler,
  FindResourcesHandler,
  FindRevisionHandler,
  ListDeploymentsHandler,
  ListRevisionsHandler,
} from './queries/deployment-queries.js';
import { FindDeliveryHandler, ListDeliveriesHandler } from './queries/delivery-queries.js';
import {
  FindDriftBreakerHandler,
  FindDriftPolicyHandler,
  FindDriftReportHandler,
  FindDriftIgnoresHandler,
  FindDriftScheduleHandler,
  FindOpenBreakersHandler,
  ListDriftBreakersHandler,
  ListDriftReportsHandler,
  ReadDriftHistoryHandler,
} from './queries/drift-queries.js';
import { ReadDeploymentHistoryHandler, ReadRunHistoryHandler } from './queries/history-queries.js';
import {
  FindPlanHandler,
  FindRunHandler,
  ListApprovalsHandler,
  ListRunsHandler,
  ListTasksHandler,
} from './queries/run-queries.js';
import { FindPastDeploymentHandler, FindPastRunHandler } from './queries/past-queries.js';
import { FindCredentialHandler, ListCredentialsHandler } from './queries/credential-queries.js';
import { FindChangedInputsHandler, RecomputedPlanHandler } from './queries/plan-input-queries.js';
import { FindTableHandler, FindUnknownEnginesHandler } from './queries/table-queries.js';
import { FindAttemptHandler, ListAttemptsHandler, ReadAttemptLogHandler } from './queries/attempt-queries.js';
import { FindKeyHandler, FindMemberHandler, ListKeysHandler, ListMembersHandler } from './queries/tenancy-queries.js';
import { FindTaskHandler } from './queries/task-queries.js';
import { FindWebhookHandler, ListWebhooksHandler } from './queries/webhook-queries.js';
import { FindTenantHandler, ReadQuotasHandler } from './queries/tenant-queries.js';
import { Argon2PasswordHasher } from './security/argon2-password-hasher.js';
import { CallerAuthenticator, KEY_PREFIX } from './security/caller-authenticator.js';
import { CurrentAccess } from './security/current-access.js';
import { ExternalIssuer } from './security/external-issuer.js';
import { HashedSecrets } from './security/hashed-secrets.js';
import { SecretBootstrapGate } from './security/secret-bootstrap-gate.js';
import {
  callbackTokensOf,
  derivedSecret,
  pageCursorsOf,
  SessionTokenIssuer,
  sessionTokensOf,
  tokenKeysOf,
  webhookSecretsOf,
} from './security/session-tokens.js';
import {
  ATTEMPT_LOGS,
  CALLBACK_TOKENS,
  CLOCK,
  CONSUMERS,
  DOCUMENTS,
  IDS,
  INSTALLED_ENGINES,
  LOG,
  QUOTA_USE,
  WEBHOOK_SECRETS,
} from './tokens.js';

const QUERY_HANDLERS = [
  FindDeploymentHandler,
  ListDeploymentsHandler,
  ListRevisionsHandler,
  FindResourcesHandler,
  FindRevisionHandler,
  FindRunHandler,
  ListRunsHandler,
  FindPastDeploymentHandler,
  FindPastRunHandler,
  FindPlanHandler,
  ListApprovalsHandler,
  ListTasksHandler,
  FindTaskHandler,
  ListAttemptsHandler,
  FindAttemptHandler,
  ReadAttemptLogHandler,
  FindWebhookHandler,
  ListWebhooksHandler,
  FindDeliveryHandler,
  ListDeliveriesHandler,
  FindDriftBreakerHandler,
  FindDriftPolicyHandler,
  FindDriftReportHandler,
  FindDriftIgnoresHandler,
  FindDriftScheduleHandler,
  FindOpenBreakersHandler,
  ListDriftBreakersHandler,
  ListDriftReportsHandler,
  ReadDriftHistoryHandler,
  ReadDeploymentHistoryHandler,
  ReadRunHistoryHandler,
  FindCredentialHandler,
  ListCredentialsHandler,
  FindTableHandler,
  FindUnknownEnginesHandler,
  FindChangedInputsHandler,
  ListMembersHandler,
  FindMemberHandler,
  ListKeysHandler,
  FindKeyHandler,
  FindTenantHandler,
  ReadQuotasHandler,
  RecomputedPlanHandler,
];

const INVITATION_PREFIX = 'caisson_invite_';

/** The API: the only place where its ports meet its controllers. */
@Module({})
export class ApiModule {
  static register(given: ApiPorts): DynamicModule {
    const ports = { ...given, runtime: { ...given.runtime, onAccepted: sayInAnswer } };
    return {
      module: ApiModule,
      imports: [
        CqrsModule.forRoot(),
        DocsModule.register({ document: describeApi(), events: describeEvents(), problems: ANSWERED_PROBLEMS }),
      ],
      controllers: [...API_CONTROLLERS, DeploymentFactsConsumer],
      providers: [
        ...portProviders(ports),
        ...useCaseProviders(ports),
        ...tenancyProviders(ports),
        ...DEPLOYMENT_COMMAND_HANDLERS.map((handlerOf) => handlerOf(ports)),
        ...QUERY_HANDLERS,
        ...TENANCY_COMMAND_HANDLERS,
        ...PLANNING_COMMAND_HANDLERS,
        ...DRIFT_COMMAND_HANDLERS,
        ...WEBHOOK_COMMAND_HANDLERS,
        CommandAnswers,
        DeploymentRequests,
        PlanningTables,
        RunCommands,
        ScanRequests,
      ],
    };
  }
}

function sayInAnswer({ streamId }: StreamRef, version: number): void {
  sayRecorded(streamId, version);
}

function portProviders(ports: ApiPorts): readonly Provider[] {
  return [
    { provide: DOCUMENTS, useValue: ports.documents },
    { provide: CONSUMERS, useValue: ports.consumers },
    { provide: IDS, useValue: ports.ids },
    { provide: LOG, useValue: ports.log },
    { provide: ATTEMPT_LOGS, useValue: ports.logs },
    { provide: INSTALLED_ENGINES, useValue: ports.installed },
    { provide: LiveHub, useValue: ports.live },
    { provide: CLOCK, useValue: ports.clock },
    { provide: QUOTA_USE, useValue: ports.quotas },
    { provide: CALLBACK_TOKENS, useValue: { of: callbackTokensOf(ports) } },
    { provide: WEBHOOK_SECRETS, useValue: { of: webhookSecretsOf(ports) } },
    { provide: Rates, useValue: ports.rates },
    { provide: APP_INTERCEPTOR, useValue: idempotencyOf(ports) },
    { provide: APP_INTERCEPTOR, useValue: minVersionOf(ports) },
    { provide: PageCursors, useValue: pageCursorsOf(ports) },
  ];
}

function idempotencyOf({ answers, log, settings }: ApiPorts): IdempotencyInterceptor {
  return new IdempotencyInterceptor({
    answers,
    secret: derivedSecret(settings, 'idempotency keys'),
    onTrouble: (error) => log.warn({ error }, 'an answer could not be remembered for its idempotency key'),
  });
}

function minVersionOf({ clock, documents, runtime, settings }: ApiPorts): MinVersionInterceptor {
  return new MinVersionInterceptor({ store: runtime.store, documents, clock, waitMs: settings.minVersionWaitMs });
}

function useCaseProviders(ports: ApiPorts): readonly Provider[] {
  const { documents, runtime } = ports;
  const policies = new StoredPolicies(documents);
  return [
    { provide: StoredTables, useValue: new StoredTables(documents) },
    { provide: RecomputePlan, useValue: new RecomputePlan(documents, new StoredTables(documents)) },
    { provide: ReplaceTable, useValue: new ReplaceTable(runtime) },
    { provide: StoredPolicies, useValue: policies },
    { provide: ManageIgnores, useValue: new ManageIgnores(runtime, documents, policies) },
    { provide: ManageBreakers, useValue: new ManageBreakers(runtime, documents) },
    { provide: ManageSchedule, useValue: new ManageSchedule(runtime, readCron) },
    { provide: ReplacePolicy, useValue: new ReplacePolicy(runtime) },
    { provide: ManageWebhooks, useValue: new ManageWebhooks(runtime) },
    { provide: ReadAsOf, useValue: new ReadAsOf(runtime.store) },
    { provide: ReactToFact, useValue: new ReactToFact(ports, documents) },
  ];
}

function externalIssuerOf({ clock, settings }: ApiPorts): ExternalIssuer | undefined {
  const { oidcAudience, oidcIssuer, oidcRoleClaim, oidcTenant, oidcTenantClaim } = settings;
  if (oidcIssuer === undefined) return undefined;
  const claims = { tenantClaim: oidcTenantClaim, tenant: oidcTenant, roleClaim: oidcRoleClaim };
  return new ExternalIssuer({ issuer: oidcIssuer, audience: oidcAudience, ...claims }, clock);
}

function tenancyProviders(ports: ApiPorts): readonly Provider[] {
  const { clock, documents, runtime, settings } = ports;
  const hasher = new Argon2PasswordHasher();
  const gate = new SecretBootstrapGate(settings.bootstrapToken);
  const tokens = sessionTokensOf(ports);
  const issuer = new SessionTokenIssuer(tokens);
  const access = new CurrentAccess(new FindAccess(documents), clock);
  const { keySecret, jwtPreviousSecret, jwtSecret, selfRegistration } = settings;
  const peppers = {
    current: keySecret ?? jwtSecret,
    previous: keySecret === undefined ? jwtPreviousSecret : jwtSecret,
  };
  const keys = new HashedSecrets(KEY_PREFIX, peppers);
  const mint = new HashedSecrets(INVITATION_PREFIX, peppers);
  return [
    { provide: TokenKeys, useValue: tokenKeysOf(settings) },
    { provide: SessionTokens, useValue: tokens },
    { provide: CurrentAccess, useValue: access },
    {
      provide: Authenticator,
      useValue: new CallerAuthenticator({ tokens, keys, access, clock, external: externalIssuerOf(ports) }),
    },
    { provide: Register, useValue: new Register({ runtime, documents, gate, hasher, mint, selfRegistration }) },
    { provide: LogIn, useValue: new LogIn(runtime, documents, hasher, issuer) },
    { provide: RefreshSession, useValue: new RefreshSession(runtime, documents, issuer) },
    { provide: EndSession, useValue: new EndSession(runtime) },
    { provide: ReadTenant, useValue: new ReadTenant(runtime) },
    { provide: ChangeQuotas, useValue: new ChangeQuotas(runtime) },
    { provide: ManageKeys, useValue: new ManageKeys(runtime, documents, keys) },
    { provide: ManageCredentials, useValue: new ManageCredentials(runtime, documents, envelopesOf(settings)) },
    { provide: ManageMembers, useValue: new ManageMembers(runtime, mint) },
    { provide: ChangePassword, useValue: new ChangePassword(runtime, documents, hasher) },
  ];
}

function envelopesOf({ encryptionKey }: Pick<ApiPorts['settings'], 'encryptionKey'>): SecretEnvelopes {
  return new SecretEnvelopes(parseSecretKeys(encryptionKey));
}
