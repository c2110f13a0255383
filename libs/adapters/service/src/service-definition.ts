import type { DynamicModule } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { Clock, IdGenerator, Random } from '@caisson/kernel';
import type {
  CommandRuntime,
  ConsumerStore,
  DocumentStore,
  EventFeed,
  EventStore,
  JobQueue,
  LockManager,
  Quotas,
  Wakeups,
} from '@caisson/event-sourcing';
import type { MigrationClass, OpenedEventStore } from '@caisson/event-store-postgres';
import type { RateLimiter } from '@caisson/http';
import type { Logger, Metrics } from '@caisson/observability';
import type { StatusProbe } from './health.js';
import type { CommonSettings } from './settings.js';

/** A loop that runs beside HTTP and events, such as a worker. */
export interface BackgroundLoop {
  start(): void;
  /** Takes nothing new from now on, and resolves when what runs has ended or was stopped. */
  stop(): Promise<void>;
  status?: StatusProbe;
}

/** What a service gets to work with: the ports, connected. */
export interface ServiceFrame<Settings = CommonSettings> {
  readonly service: string;
  readonly settings: Settings;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly random: Random;
  readonly store: EventStore;
  readonly documents: DocumentStore;
  readonly jobs: JobQueue;
  readonly locks: LockManager;
  /** Counts requests over all replicas. */
  readonly rates: RateLimiter;
  readonly wakeups: Wakeups;
  readonly consumers: ConsumerStore;
  readonly feed: EventFeed;
  readonly quotas: Quotas;
  /** For adapters with tables of their own. */
  readonly database: OpenedEventStore['pool'];
  /** What `handleCommand` needs. */
  readonly runtime: CommandRuntime;
  /** Identifies this process to leases and claims. */
  readonly holder: string;
  /** Starts a loop when the service is ready to work, and stops it first at the end. */
  runInBackground(name: string, loop: BackgroundLoop): void;
  /** Adds routes beside Nest's, such as those of a protocol of its own, before the server listens. */
  configureHttp(configure: (fastify: FastifyInstance) => void): void;
}

/** One service: what it needs to know and what it is made of. An app exports exactly one. */
export interface ServiceDefinition<Schema extends z.ZodObject = z.ZodObject> {
  /** `api`, `planner` … Also the name of its consumer group. */
  readonly name: string;
  /** Extends `CommonSettings`. */
  readonly settings: Schema;
  /** Tables of its own. */
  readonly migrations: readonly MigrationClass[];
  /** First path segments that it answers, such as `/api`; the rest is not for it. */
  readonly routes: readonly string[];
  /** Whether it reacts to events of others. */
  readonly consumesEvents: boolean;
  /** The Nest module. Handlers of events are ordinary `@EventPattern` methods. */
  module(frame: ServiceFrame<z.infer<Schema>>): DynamicModule | Promise<DynamicModule>;
}
