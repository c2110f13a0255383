import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { apiService } from '@caisson/api';
import { driftDetectorService } from '@caisson/drift-detector';
import { executorService } from '@caisson/executor';
import { createLogger, Metrics, type ProcessLogger } from '@caisson/observability';
import { plannerService } from '@caisson/planner';
import { freePort, startPostgresServer } from '@caisson/postgres-server';
import { startSandboxCloud } from '@caisson/sandbox-cloud';
import { Health, readSettings, Shutdown, systemClock, type Environment } from '@caisson/service';
import { webhookIngestService } from '@caisson/webhook-ingest';
import { claimDataDirectory } from './claim-data-directory.js';
import { makeDataDirectory } from './data-directory.js';
import { makeDatabases, type Databases } from './databases.js';
import { checkPortIsFree, Front } from './front.js';
import { readOrMakeSecrets, type OwnSecrets } from './own-secrets.js';
import { checkSettings, startServices } from './start-services.js';
import { StandaloneSettings } from './standalone-settings.js';

/** A whole Caisson in this process. */
export interface Standalone {
  /** Where it answers, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly sandboxUrl: string;
  readonly bootstrapToken: string;
  readonly shutdown: Shutdown;
  readonly health: Health;
  readonly log: ProcessLogger;
}

/** A part that is not ready by then keeps nobody from starting: `/readyz` says what it lacks. */
const READY_LIMIT_MS = 30_000;

/** All of Caisson's, in the order in which they start; the first answers every path that no other one owns. */
export const SERVICES = [
  apiService,
  webhookIngestService,
  plannerService,
  executorService,
  driftDetectorService,
] as const;

/**
 * Starts the embedded profile: Postgres from its npm package, a sandbox cloud and the five services, all on one host.
 * Data stays in `CAISSON_DATA_DIR` and is found again at the next start.
 *
 * @throws Fault that says what is missing or wrong. What was started before is stopped.
 */
export async function startStandalone(environment: Environment): Promise<Standalone> {
  const settings = readSettings(StandaloneSettings, environment);
  const log = createLogger({ service: 'standalone', level: settings.logLevel });
  const [health, metrics, shutdown] = [new Health(), new Metrics(true), new Shutdown(log)];
  try {
    if (settings.port !== 0) await checkPortIsFree(settings.host, settings.port);
    const dataDirectory = await makeDataDirectory(settings.dataDir);
    shutdown.add('storage', 'data folder', await claimDataDirectory(dataDirectory));
    const secrets = await readOrMakeSecrets(dataDirectory);
    const servicesOwn = { ...environment, ...ownEnvironment({ settings, secrets, dataDirectory }) };
    checkSettings(SERVICES, { ...servicesOwn, ...addressesOf(NOT_YET) });
    const databases = await startDatabases({ dataDirectory, settings, secrets, shutdown });
    const sandbox = await startSandboxCloud({
      databaseUrl: databases.sandboxUrl,
      host: settings.host,
      port: settings.sandboxPort,
    });
    shutdown.add('connections', 'sandbox cloud', () => sandbox.close());
    const port = settings.port === 0 ? await freePort() : settings.port;
    const url = `http://${settings.host}:${port}`;
    const services = await startServices(
      SERVICES,
      { ...servicesOwn, ...addressesOf({ databases, url, sandboxUrl: sandbox.url }) },
      {
        log,
        health,
        metrics,
        shutdown,
      },
    );
    const front = new Front(services);
    await front.listen(settings.host, port);
    shutdown.add('serving', 'front', () => front.close());
    await health.untilReady(READY_LIMIT_MS, systemClock);
    return { url, sandboxUrl: sandbox.url, bootstrapToken: secrets.bootstrapToken, shutdown, health, log };
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

/** Derived, so that a folder of an older version has one too. */
function callbackSecretOf({ jwtSecret }: OwnSecrets): string {
  return createHmac('sha256', jwtSecret).update('callback addresses').digest('hex');
}

async function startDatabases(from: {
  readonly dataDirectory: string;
  readonly settings: StandaloneSettings;
  readonly secrets: OwnSecrets;
  readonly shutdown: Shutdown;
}): Promise<Databases> {
  const { dataDirectory, settings, secrets, shutdown } = from;
  const postgres = await startPostgresServer({
    dataDirectory: join(dataDirectory, 'postgres'),
    persistent: true,
    password: secrets.postgresPassword,
    durable: settings.durable,
  });
  shutdown.add('storage', 'postgres server', () => postgres.stop());
  return makeDatabases(postgres.url, secrets);
}

function ownEnvironment(from: {
  readonly settings: StandaloneSettings;
  readonly secrets: OwnSecrets;
  readonly dataDirectory: string;
}): Environment {
  return {
    CAISSON_PROFILE: 'embedded',
    CAISSON_JWT_SECRET: from.secrets.jwtSecret,
    CAISSON_CALLBACK_SECRET: callbackSecretOf(from.secrets),
    CAISSON_ENCRYPTION_KEY: from.secrets.encryptionKey,
    CAISSON_BOOTSTRAP_TOKEN: from.secrets.bootstrapToken,
    CAISSON_DATA_DIR: from.dataDirectory,
    CAISSON_LOG_LEVEL: from.settings.logLevel,
  };
}

/** Where the parts are, which is known when they have started. */
interface Addresses {
  readonly databases: Databases;
  readonly url: string;
  readonly sandboxUrl: string;
}

/** Stands for addresses while the settings that people made are checked. */
const NOT_YET: Addresses = {
  databases: {
    ownerUrl: 'postgres://not.yet/caisson',
    appUrl: 'postgres://not.yet/caisson',
    sandboxUrl: 'postgres://not.yet/sandbox',
  },
  url: 'http://not.yet',
  sandboxUrl: 'http://not.yet',
};

function addressesOf({ databases, url, sandboxUrl }: Addresses): Environment {
  return {
    CAISSON_DATABASE_URL: databases.appUrl,
    CAISSON_DATABASE_OWNER_URL: databases.ownerUrl,
    CAISSON_STATE_BACKEND_URL: url,
    CAISSON_SANDBOX_URL: sandboxUrl,
  };
}
