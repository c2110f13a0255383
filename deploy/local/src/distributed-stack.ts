import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { databaseUrl, freePort, type PostgresServer, startPostgresServer } from '@caisson/postgres-server';
import pg from 'pg';
import type { EndSignal, ManagedProcess } from './managed-process.js';
import { startKafka, type KafkaDoor, type LocalKafka } from './kafka.js';
import { startPrometheus, type LocalPrometheus } from './prometheus.js';
import { startRedis, type LocalRedis } from './redis.js';
import { ServiceProcess } from './service-process.js';

/** The services of the distributed profile, by the folder of their app. */
export const SERVICE_NAMES = ['api', 'planner', 'executor', 'drift-detector', 'webhook-ingest'] as const;

/** One of the five. */
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** How to start the stack. */
export interface StackOptions {
  /** For data and logs. */
  readonly directory: string;
  /** Of the API; 0 or absent: a free one. */
  readonly apiPort?: number;
  /** How many of each; default 1. The first of a kind is named like its app, others `planner-2` … */
  readonly replicas?: Partial<Record<ServiceName, number>>;
  /** Wait for the disk at each commit; off only for throwaway data. */
  readonly durable: boolean;
  /** Told what is being started. */
  readonly onProgress?: (what: string) => void;
  /** Starts a Prometheus that watches the services; default: none. */
  readonly observe?: { /** 0 or absent: a free one. */ readonly port?: number };
  /** More settings for the services. */
  readonly environment?: Readonly<Record<string, string>>;
  /** More environment for one service, by its name. */
  readonly environmentOf?: (service: string) => Readonly<Record<string, string>>;
  /** Puts something between a service and a server; answers with the port that the service is to use. */
  readonly between?: Between;
}

/** The servers that services need. */
export type ServerName = 'postgres' | 'kafka' | 'redis';

/** See `StackOptions.between`. */
export type Between = (service: string, server: ServerName, port: number) => Promise<number>;

/** The distributed profile on this machine: real Kafka, Redis and Postgres, and each service as a process. */
export interface DistributedStack {
  readonly url: string;
  readonly webhooksUrl: string;
  readonly sandboxUrl: string;
  readonly bootstrapToken: string;
  readonly kafka: RestartableServer<LocalKafka>;
  readonly redis: RestartableServer<LocalRedis>;
  readonly postgres: PostgresServer;
  /** Superuser URL of the event store's database. */
  readonly databaseUrl: string;
  readonly services: ReadonlyMap<string, ServiceProcess>;
  /** Where it was asked for. */
  readonly prometheus: LocalPrometheus | undefined;
  /** Stops everything, services first. Leaves no process behind. */
  stop(): Promise<void>;
}

/** A server that can be taken away and brought back with the same address. */
export interface RestartableServer<Server extends ManagedProcess> {
  readonly server: Server;
  stop(signal?: EndSignal): Promise<void>;
  /** Starts it again in its directory. */
  restart(): Promise<void>;
}

const DATABASES = ['caisson', 'sandbox_cloud'] as const;

/** Starts everything and waits until all are ready. What was started is stopped again when something fails. */
export async function startDistributedStack(options: StackOptions): Promise<DistributedStack> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const stopPart of stops.splice(0).reverse()) await stopPart();
  };
  try {
    return { ...(await startParts(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  options: StackOptions,
  stops: (() => Promise<void>)[],
): Promise<Omit<DistributedStack, 'stop'>> {
  const tell = options.onProgress ?? (() => undefined);
  tell('Postgres, Kafka and Redis');
  const secrets = makeSecrets();
  const ports = await choosePorts(options);
  const doors = await openDoors(options, ports);
  const [postgres, kafka, redis] = await startServers({ options, doors, secrets }, stops);
  const servers = { postgres: postgres.port, kafka: kafka.server.port, redis: redis.server.port };
  const directory = join(options.directory, 'logs');
  const launch = async (at: {
    name: string;
    app: string;
    port: number;
    readyPath: string;
  }): Promise<ServiceProcess> => {
    const service = new ServiceProcess({
      ...at,
      environment: {
        ...environmentOf({
          options,
          postgres,
          ports,
          secrets,
          to: await addressesFor(at.name, { options, doors, servers }),
        }),
        ...options.environmentOf?.(at.name),
        CAISSON_DATA_DIR: join(options.directory, 'work', at.name),
        // An executor's tools keep their state through itself: nothing that another one does can hold them up.
        ...(at.app === 'executor' ? { CAISSON_STATE_BACKEND_URL: `http://127.0.0.1:${at.port}` } : {}),
      },
      directory,
    });
    stops.push(() => service.stop());
    await service.start();
    return service;
  };
  tell('the sandbox cloud and the five services');
  const sandboxAt = { name: 'sandbox-cloud', app: 'sandbox-cloud', port: ports.sandbox, readyPath: '/healthz' };
  const [sandbox, ...services] = await Promise.all([
    launch(sandboxAt),
    ...ports.services.map((at) => launch({ ...at, readyPath: '/readyz' })),
  ]);
  const prometheus = options.observe === undefined ? undefined : await observed(options, ports, stops);
  return {
    prometheus,
    url: urlOf(ports, 'api'),
    webhooksUrl: urlOf(ports, 'webhook-ingest'),
    sandboxUrl: sandbox.url,
    bootstrapToken: secrets.bootstrapToken,
    kafka,
    redis,
    postgres,
    databaseUrl: databaseUrl(postgres.url, 'caisson'),
    services: new Map(services.map((service) => [service.name, service])),
  };
}

function observed(options: StackOptions, ports: Ports, stops: (() => Promise<void>)[]): Promise<LocalPrometheus> {
  options.onProgress?.('Prometheus');
  const { port = 0 } = options.observe ?? {};
  return started(
    startPrometheus({
      directory: join(options.directory, 'prometheus'),
      targets: new Map(ports.services.map((service) => [service.name, `127.0.0.1:${service.port}`])),
      ...(port === 0 ? {} : { port }),
    }),
    stops,
    (server) => server.stop(),
  );
}

function startServers(
  given: {
    readonly options: StackOptions;
    readonly doors: ReadonlyMap<string, KafkaDoor>;
    readonly secrets: Secrets;
  },
  stops: (() => Promise<void>)[],
): Promise<[PostgresServer, RestartableServer<LocalKafka>, RestartableServer<LocalRedis>]> {
  const { doors, options, secrets } = given;
  return Promise.all([
    started(startPostgres(options, secrets.postgresPassword), stops, (server) => server.stop()),
    started(
      restartable(() => startKafka({ directory: join(options.directory, 'kafka'), doors: [...doors.values()] })),
      stops,
      (kafka) => kafka.stop(),
    ),
    started(
      restartable(() => startRedis({ directory: join(options.directory, 'redis') })),
      stops,
      (redis) => redis.stop(),
    ),
  ]);
}

/** A way into Kafka for each service, where something is put between. */
async function openDoors(options: StackOptions, ports: Ports): Promise<ReadonlyMap<string, KafkaDoor>> {
  const doors = new Map<string, KafkaDoor>();
  if (options.between === undefined) return doors;
  for (const { name } of ports.services) {
    const port = await freePort();
    doors.set(name, { port, advertisedPort: await options.between(name, 'kafka', port) });
  }
  return doors;
}

/** The ports under which one service reaches the servers. */
type Addresses = Readonly<Record<ServerName, number>>;

async function addressesFor(
  service: string,
  given: {
    readonly options: StackOptions;
    readonly doors: ReadonlyMap<string, KafkaDoor>;
    readonly servers: Addresses;
  },
): Promise<Addresses> {
  const { between } = given.options;
  const door = given.doors.get(service);
  if (between === undefined || door === undefined) return given.servers;
  return {
    postgres: await between(service, 'postgres', given.servers.postgres),
    kafka: door.advertisedPort,
    redis: await between(service, 'redis', given.servers.redis),
  };
}

async function started<Part>(
  starting: Promise<Part>,
  stops: (() => Promise<void>)[],
  stop: (part: Part) => Promise<void>,
): Promise<Part> {
  const part = await starting;
  stops.push(() => stop(part));
  return part;
}

async function restartable<Server extends ManagedProcess>(
  start: () => Promise<Server>,
): Promise<RestartableServer<Server>> {
  let server = await start();
  return {
    get server() {
      return server;
    },
    stop: (signal) => server.stop(signal),
    restart: async () => {
      server = await start();
    },
  };
}

async function startPostgres(options: StackOptions, password: string): Promise<PostgresServer> {
  const server = await startPostgresServer({
    dataDirectory: join(options.directory, 'postgres'),
    persistent: true,
    password,
    durable: options.durable,
  });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  for (const name of DATABASES) {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database ${name}`);
  }
  await client.end();
  return server;
}

interface Secrets {
  readonly jwtSecret: string;
  readonly encryptionKey: string;
  readonly callbackSecret: string;
  readonly bootstrapToken: string;
  readonly databasePassword: string;
  readonly postgresPassword: string;
}

function makeSecrets(): Secrets {
  return {
    jwtSecret: randomBytes(32).toString('base64url'),
    encryptionKey: `k1:${randomBytes(32).toString('base64')}`,
    callbackSecret: randomBytes(32).toString('base64url'),
    bootstrapToken: randomBytes(18).toString('base64url'),
    databasePassword: randomBytes(18).toString('base64url'),
    postgresPassword: randomBytes(18).toString('base64url'),
  };
}

interface Ports {
  readonly sandbox: number;
  readonly services: readonly { readonly name: string; readonly app: ServiceName; readonly port: number }[];
}

async function choosePorts(options: StackOptions): Promise<Ports> {
  const services: { name: string; app: ServiceName; port: number }[] = [];
  for (const app of SERVICE_NAMES) {
    for (let copy = 1; copy <= (options.replicas?.[app] ?? 1); copy += 1) {
      const wanted = app === 'api' && copy === 1 ? (options.apiPort ?? 0) : 0;
      const port = wanted === 0 ? await freePort() : wanted;
      services.push({ name: copy === 1 ? app : `${app}-${copy}`, app, port });
    }
  }
  return { sandbox: await freePort(), services };
}

function urlOf(ports: Ports, name: string): string {
  return `http://127.0.0.1:${ports.services.find((service) => service.name === name)?.port ?? 0}`;
}

function environmentOf(from: {
  readonly options: StackOptions;
  readonly postgres: PostgresServer;
  readonly ports: Ports;
  readonly secrets: Secrets;
  readonly to: Addresses;
}): Record<string, string> {
  const owner = new URL(databaseUrl(from.postgres.url, 'caisson'));
  owner.port = String(from.to.postgres);
  const app = new URL(owner);
  app.username = 'caisson_app';
  app.password = from.secrets.databasePassword;
  return {
    CAISSON_PROFILE: 'distributed',
    CAISSON_DATABASE_URL: app.href,
    CAISSON_DATABASE_OWNER_URL: owner.href,
    CAISSON_KAFKA_BROKERS: `127.0.0.1:${from.to.kafka}`,
    CAISSON_REDIS_URL: `redis://127.0.0.1:${from.to.redis}`,
    CAISSON_JWT_SECRET: from.secrets.jwtSecret,
    CAISSON_CALLBACK_SECRET: from.secrets.callbackSecret,
    CAISSON_ENCRYPTION_KEY: from.secrets.encryptionKey,
    CAISSON_BOOTSTRAP_TOKEN: from.secrets.bootstrapToken,
    CAISSON_SANDBOX_URL: `http://127.0.0.1:${from.ports.sandbox}`,
    SANDBOX_CLOUD_DATABASE_URL: databaseUrl(from.postgres.url, 'sandbox_cloud'),
    SANDBOX_CLOUD_PORT: String(from.ports.sandbox),
    CAISSON_STATE_BACKEND_URL: urlOf(from.ports, 'executor'),
    ...from.options.environment,
  };
}
