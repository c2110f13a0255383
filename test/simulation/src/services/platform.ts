import {
  LeaseManager,
  Relay,
  SharedClock,
  type ConsumerStore,
  type DocumentStore,
  type EventPublisher,
  type EventStore,
  type JobQueue,
  type LeaseTable,
  type LockManager,
  type Outbox,
  type Wakeups,
} from '@caisson/event-sourcing';
import type { Clock, IdGenerator, Instant, Random } from '@caisson/kernel';
import { over } from '../machine/over.js';
import type { Scheduler } from '../machine/scheduler.js';
import type { SeededRandom } from '@caisson/testing';
import { EPOCH_MS, reach, type SimProcess } from '../machine/sim-process.js';
import { interactive } from '../store/interactive-consumer-store.js';
import { SimConsumerStore, type ConsumerRows } from '../store/sim-consumer-store.js';
import type { SimDatabase } from '../store/sim-database.js';
import { SimDocumentStore } from '../store/sim-document-store.js';
import { SimEventStore } from '../store/sim-event-store.js';
import type { SimJobQueue } from '../store/sim-job-queue.js';
import { SimLeaseTable } from '../store/sim-lease-table.js';
import { openSession, SimOutbox } from '../store/sim-outbox.js';
import type { SimWorld } from '../world/sim-world.js';
import type { SimTransport } from './sim-transport.js';
import type { SimWakeups } from './sim-wakeups.js';

/** What all processes of a simulation share. */
export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly database: SimDatabase;
  readonly jobs: SimJobQueue;
  readonly wakeups: SimWakeups;
  readonly world: SimWorld;
  /** Absent: events travel by the store. */
  readonly transport: SimTransport | undefined;
  /** Whether a life of a process is over, by its identity. */
  readonly isDead: (identity: string) => boolean;
}

/** What a process has on the other side of its links, before the links are laid. */
export interface FarSide {
  readonly events: EventStore;
  readonly documents: DocumentStore;
  readonly jobs: JobQueue;
  readonly leases: LeaseTable;
  readonly outbox: Outbox;
  readonly consumers: ConsumerRows;
  readonly publisher: EventPublisher | undefined;
  /** The clock of the database. */
  readonly time: { readonly now: () => Promise<Instant> };
}

/** Replaces what a process stands on, to see whether the simulation notices. */
export type Tamper = (farSide: FarSide, process: SimProcess, surroundings: Surroundings) => FarSide;

/** All ports of one life of a process. */
export interface Platform {
  readonly process: SimProcess;
  readonly surroundings: Surroundings;
  readonly events: EventStore;
  readonly documents: DocumentStore;
  readonly jobs: JobQueue;
  readonly locks: LockManager;
  readonly wakeups: Wakeups;
  readonly consumers: ConsumerStore;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly random: Random;
  /** Ends the loops of the process in order, as an orderly shutdown does. */
  readonly stops: (() => Promise<void>)[];
  /** Aborted with them. */
  readonly stopping: AbortController;
}

/** Connects a process, and starts its relay, of which one leads over all processes. */
export function openPlatform(process: SimProcess, surroundings: Surroundings, tamper: Tamper): Platform {
  const { random, wakeups: allWakeups } = surroundings;
  const farSide = tamper(farSideOf(process, surroundings), process, surroundings);
  const { ids } = process;
  const stopping = new AbortController();
  const clock = sharedClock(process, farSide.time, stopping.signal);
  const wakeups = allWakeups.of(process);
  const leases = reach(process, 'leases', farSide.leases);
  const outbox = reach(process, 'outbox', farSide.outbox);
  const { publisher } = farSide;
  const relay = new Relay({
    outbox: over(outbox, { resign: () => outbox.resign().catch(() => undefined) }), // The real one hangs up.
    wakeups,
    clock,
    ...(publisher === undefined ? {} : { publisher: reach(process, 'transport', publisher) }),
  });
  relay.start();
  return {
    ...{ process, surroundings, wakeups, clock, ids, random },
    stops: [() => relay.stop()],
    stopping,
    events: reach(process, 'events', farSide.events),
    documents: reach(process, 'documents', farSide.documents),
    jobs: reach(process, 'jobs', farSide.jobs),
    locks: new LeaseManager({ leases, clock, random }),
    consumers: interactive(process, farSide.consumers, reach(process, 'consumers', farSide.consumers)),
  };
}

/** A process that hears no time at its start does not start. */
function sharedClock(process: SimProcess, time: FarSide['time'], stopping: AbortSignal): Clock {
  const overLink = reach(process, 'time', time);
  let ask = time.now;
  const clock = new SharedClock({ clock: process.clock, ask: () => ask() });
  void clock.read().then(() => {
    ask = overLink.now;
    return clock.keep(stopping);
  });
  return clock;
}

function farSideOf(process: SimProcess, surroundings: Surroundings): FarSide {
  const { database, isDead, jobs, transport } = surroundings;
  const isKnownDead = (identity: string): boolean => hostOf(identity) === process.host && isDead(identity);
  return {
    events: new SimEventStore(database),
    documents: new SimDocumentStore(database),
    jobs,
    leases: new SimLeaseTable(database, { identity: process.identity, isKnownDead }),
    outbox: new SimOutbox(database, openSession(process, database)),
    consumers: new SimConsumerStore(database),
    publisher: transport,
    time: { now: async () => new Date(EPOCH_MS + database.nowMs).toISOString() },
  };
}

/** A process is named by its host, its name and its life. */
function hostOf(identity: string): string {
  return identity.split('/')[0] ?? '';
}
