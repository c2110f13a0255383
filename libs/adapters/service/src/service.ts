import { NestFactory } from '@nestjs/core';
import type { NestMicroservice } from '@nestjs/microservices';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import {
  KafkaEventStrategy,
  PassErrorsOn,
  StoreEventStrategy,
  type EventStrategyOptions,
  type StrategyHealth,
} from '@caisson/messaging-kafka';
import type { Logger, Metrics } from '@caisson/observability';
import { createHttpAdapter, prepareHttp } from '@caisson/http';
import { systemIds, systemRandom } from '@caisson/system';
import { consumerTelemetry } from './consumer-telemetry.js';
import type { Foundation } from './foundation.js';
import type { Health, StatusProbe } from './health.js';
import { NestLog } from './nest-log.js';
import { addOperationsRoutes } from './operations-routes.js';
import type { BackgroundLoop, ServiceDefinition, ServiceFrame } from './service-definition.js';
import type { Shutdown } from './shutdown.js';
import { timedEventStore } from './store-telemetry.js';

/** What a service runs in. */
export interface Surroundings<Settings> {
  readonly settings: Settings;
  readonly foundation: Foundation;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly shutdown: Shutdown;
  /** Called when only a restart of the process helps. */
  readonly onFatal: (reason: string) => void;
}

/** A service whose consumers and loops run. HTTP is answered through `fastify`; who listens is another's matter. */
export interface RunningService {
  readonly name: string;
  readonly routes: readonly string[];
  readonly fastify: FastifyInstance;
}

/** What a module asked for while it was composed. */
interface Wanted {
  readonly loops: { readonly name: string; readonly loop: BackgroundLoop }[];
  readonly http: ((fastify: FastifyInstance) => void)[];
}

/** Composes one service and starts its consumers and loops. */
export async function startService<Schema extends z.ZodObject>(
  definition: ServiceDefinition<Schema>,
  around: Surroundings<z.infer<Schema>>,
): Promise<RunningService> {
  const wanted: Wanted = { loops: [], http: [] };
  const frame = buildFrame(definition.name, around, wanted);
  describeService(around.metrics, definition.name, around.foundation);
  const adapter: FastifyAdapter = createHttpAdapter(around.settings);
  const app = await NestFactory.create<NestFastifyApplication>(await definition.module(frame), adapter, {
    logger: new NestLog(around.log),
    abortOnError: false,
  });
  prepareHttp(app, { log: around.log, metrics: around.metrics });
  const fastify = adapter.getInstance<FastifyInstance>();
  addOperationsRoutes(fastify, around.health, around.metrics);
  for (const configure of wanted.http) configure(fastify);
  if (definition.consumesEvents) connectEvents(app, definition.name, around);
  await app.init();
  await app.startAllMicroservices();
  await fastify.ready();
  around.shutdown.add('serving', `${definition.name} http`, () => fastify.close());
  around.shutdown.add('consuming', `${definition.name} consumers`, () => app.close());
  for (const { name, loop } of wanted.loops) {
    if (loop.status !== undefined) around.health.watch(name, loop.status);
    around.shutdown.add('claiming', name, () => loop.stop());
    loop.start();
  }
  return { name: definition.name, routes: definition.routes, fastify };
}

function describeService(metrics: Metrics, service: string, { kafkaBrokers }: Foundation): void {
  const info = metrics.gauge('caisson_service_info', '1 for each service that the process runs.', [
    'service',
    'profile',
  ]);
  info.set({ service, profile: kafkaBrokers === undefined ? 'embedded' : 'distributed' }, 1);
}

function connectEvents<Settings>(app: NestFastifyApplication, service: string, around: Surroundings<Settings>): void {
  const { clock, stores, kafkaBrokers } = around.foundation;
  const common: EventStrategyOptions = {
    service,
    consumerStore: stores.consumers,
    wakeups: stores.wakeups,
    clock,
    log: around.log,
    ...consumerTelemetry(around.metrics, service),
  };
  const strategy =
    kafkaBrokers === undefined
      ? new StoreEventStrategy(common)
      : new KafkaEventStrategy({ ...common, brokers: kafkaBrokers, onFatal: around.onFatal });
  around.health.watch(
    `${service} consumer`,
    consumerProbe(() => strategy.health()),
  );
  // Deferred: once initialized, Nest takes no filter any more, and says so only in a warning.
  const options = { inheritAppConfig: false, deferInitialization: true };
  const microservice = app.connectMicroservice({ strategy }, options) as NestMicroservice;
  microservice.useGlobalFilters(new PassErrorsOn());
  microservice.setIsInitHookCalled(true); // The application calls the hooks of the modules; twice would register twice.
}

/**
 * Ready once events arrive. From then on the fast way may be away: the service still does its work, later, by the
 * sweep, so it stays ready and says what is missing.
 */
function consumerProbe(health: () => StrategyHealth): StatusProbe {
  let hasBeenReady = false;
  return () => {
    const { ready, alive, detail } = health();
    hasBeenReady ||= ready;
    return { ready: hasBeenReady && alive, alive, detail };
  };
}

function buildFrame<Settings>(service: string, around: Surroundings<Settings>, wanted: Wanted): ServiceFrame<Settings> {
  const { clock, locks, rates, stores } = around.foundation;
  const store = timedEventStore(stores.events, around.metrics);
  return {
    service,
    settings: around.settings,
    log: around.log,
    metrics: around.metrics,
    clock,
    ids: systemIds,
    random: systemRandom,
    store,
    documents: stores.documents,
    jobs: stores.jobs,
    locks,
    rates,
    wakeups: stores.wakeups,
    consumers: stores.consumers,
    feed: stores.feed,
    quotas: stores.quotas,
    database: stores.pool,
    runtime: { store, clock, service },
    holder: stores.identity,
    runInBackground: (name, loop) => {
      wanted.loops.push({ name, loop });
    },
    configureHttp: (configure) => {
      wanted.http.push(configure);
    },
  };
}
