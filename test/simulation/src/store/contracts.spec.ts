import { LeaseManager } from '@caisson/event-sourcing';
import {
  describeConsumerStoreContract,
  describeEventStoreContract,
  describeJobQueueContract,
  describeLockManagerContract,
  describeOutboxContract,
  systemClock,
} from '@caisson/testing';
import { reach } from '../machine/sim-process.js';
import { interactive } from './interactive-consumer-store.js';
import { SimConsumerStore } from './sim-consumer-store.js';
import { SimDatabase } from './sim-database.js';
import { SimDocumentStore } from './sim-document-store.js';
import { SimEventStore } from './sim-event-store.js';
import { SimJobQueue } from './sim-job-queue.js';
import { leaseKey, SimLeaseTable } from './sim-lease-table.js';
import { SimOutbox } from './sim-outbox.js';

// What a simulation proves about the product holds as far as its store does what the real one does.

const close = async (): Promise<void> => undefined;

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** A database on the machine's clock. Commits take a turn, so that others come between. */
function newDatabase(): SimDatabase {
  return new SimDatabase({ nowMs: () => performance.now(), commit: turn, wake: () => undefined });
}

/** Each call takes a turn, as over a network. */
const link = {
  call: async <Answer>(_what: string, work: () => Answer | Promise<Answer>): Promise<Answer> => {
    await turn();
    return work();
  },
  onDeath: () => () => undefined,
};

function consumersOf(database: SimDatabase) {
  const store = new SimConsumerStore(database);
  return interactive(link, store, reach(link, 'consumers', store));
}

function locksOf(database: SimDatabase, identity: string) {
  const leases = new SimLeaseTable(database, { identity, isKnownDead: () => false });
  return new LeaseManager({ leases, clock: systemClock, random: { next: () => 0.5 } });
}

describeEventStoreContract('The simulated store', async () => {
  const database = newDatabase();
  const [events, otherEvents] = [new SimEventStore(database), new SimEventStore(database)];
  return { events, otherEvents, documents: new SimDocumentStore(database), close };
});

describeJobQueueContract('The simulated store', async () => {
  const database = newDatabase();
  const jobs = new SimJobQueue(database);
  return { events: new SimEventStore(database), jobs, otherJobs: jobs, close };
});

describeLockManagerContract('The simulated store', async () => {
  const database = newDatabase();
  const expire = async (tenantId: string, resource: string): Promise<void> => {
    const row = database.leases.get(leaseKey({ tenantId, resource }));
    if (row !== undefined) row.expiresAtMs = database.nowMs;
  };
  const [locks, otherLocks] = [locksOf(database, 'one'), locksOf(database, 'other')];
  return { locks, otherLocks, events: new SimEventStore(database), expire, close };
});

describeOutboxContract('The simulated store', async () => {
  const database = newDatabase();
  const killLeader = async (): Promise<void> => {
    if (database.leader !== undefined) database.endSession(database.leader.session);
  };
  const newOutbox = () => reach(link, 'outbox', new SimOutbox(database));
  const [outbox, otherOutbox] = [newOutbox(), newOutbox()];
  return { events: new SimEventStore(database), outbox, otherOutbox, killLeader, close };
});

describeConsumerStoreContract('The simulated store', async () => {
  const database = newDatabase();
  const [consumers, otherConsumers] = [consumersOf(database), consumersOf(database)];
  const [jobs, outbox] = [new SimJobQueue(database), new SimOutbox(database)];
  return { events: new SimEventStore(database), outbox, jobs, consumers, otherConsumers, close };
});
