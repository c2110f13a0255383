import type { AttemptLogs } from '@caisson/engine';
import type { CommandRuntime, ConsumerStore, DocumentStore, LockManager, Quotas } from '@caisson/event-sourcing';
import type { IdempotentAnswers, Rates } from '@caisson/http';
import type { PostgresInstalledEngines } from '@caisson/installed-engines-postgres';
import type { Clock, IdGenerator } from '@caisson/kernel';
import type { Logger } from '@caisson/observability';
import type { LiveHub } from './live/live-hub.js';
import type { ApiSettings, OIDC_DEFAULTS } from './settings.js';

/** What the API works with: a part of the frame of every service. */
export interface ApiPorts {
  readonly settings: Pick<
    ApiSettings,
    | 'callbackSecret'
    | 'jwtSecret'
    | 'jwtPreviousSecret'
    | 'jwtPrivateKey'
    | 'jwtPreviousPublicKey'
    | 'jwtIssuer'
    | 'jwtAudience'
    | 'bootstrapToken'
    | 'selfRegistration'
    | 'keySecret'
    | 'minVersionWaitMs'
    | 'oidcIssuer'
    | keyof typeof OIDC_DEFAULTS
    | 'encryptionKey'
  >;
  readonly runtime: CommandRuntime;
  readonly documents: DocumentStore;
  readonly consumers: ConsumerStore;
  readonly locks: LockManager;
  readonly quotas: Quotas;
  readonly logs: Pick<AttemptLogs, 'read'>;
  readonly answers: IdempotentAnswers;
  readonly installed: Pick<PostgresInstalledEngines, 'of'>;
  readonly rates: Rates;
  readonly live: LiveHub;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly log: Logger;
}
