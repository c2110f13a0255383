import type { RunView } from '@caisson/deployment';
import type { AppendRequest, EventStore, LoadedStream, RecordedEvent, StreamRef } from '@caisson/event-sourcing';
import { ApproveRun } from '@caisson/deployment';
import { over } from '../machine/over.js';
import type { SimProcess } from '../machine/sim-process.js';
import type { FarSide, Tamper } from '../services/platform.js';
import type { Sabotage } from '../simulate.js';
import type { ConsumerRows, InteractiveTransaction } from '../store/sim-consumer-store.js';
import { insertJob, newJobRow } from '../store/sim-job-queue.js';
import { CursorById, RangeDeletingOutbox, SkipLockedOutbox, WallClockLeases } from './broken-store.js';

/** Never, as far as a simulation goes. */
const NEVER_MS = 1e9;

/**
 * Each takes one precaution away. The simulation must notice every one of them: what it does not notice, it does not
 * check.
 */
export const SABOTAGES: Readonly<Record<string, Sabotage>> = {
  'appends without fencing tokens': { tamper: onEvents((events) => over(events, { append: withoutToken(events) })) },
  'a takeover that kills no tools': { composition: { oldRunners: () => ({ stop: async () => undefined }) } },
  'intents that nobody finds': { tamper: onEvents((events) => over(events, { load: withoutIntents(events) })) },
  'consumers without positions': {
    tamper: onTransactions((open) => over(open, { position: () => ({ lastVersion: 0 }) })),
  },
  'an outbox emptied by range': {
    tamper: (farSide, process, { database }) => ({ ...farSide, outbox: new RangeDeletingOutbox(database, process) }),
  },
  'relays side by side': {
    tamper: (farSide, process, { database }) => ({ ...farSide, outbox: new SkipLockedOutbox(database, process) }),
  },
  'a sweep by the ids of rows': {
    tamper: (farSide, _process, { database }) => ({ ...farSide, consumers: new CursorById(database) }),
  },
  'a producer that says yes too often': {
    tamper: onPublisher(
      (farSide, _process, chance) => async (entries) => farSide.publisher?.publish(entries.filter(() => !chance(0.1))),
    ),
  },
  'a producer that answers before it sends': {
    tamper: onPublisher(({ publisher }, process) => async (entries) => {
      process.later(20, 'sends', () => void publisher?.publish(entries).catch(() => undefined));
    }),
  },
  'handlers that swallow every error': {
    composition: { around: (_service, handle) => (event, delivery) => handle(event, delivery).catch(() => undefined) },
  },
  'leases by the clocks of their holders': {
    tamper: (farSide, process, surroundings) => ({ ...farSide, leases: new WallClockLeases(process, surroundings) }),
  },
  'waits by the clocks of their holders': {
    tamper: (farSide, process) => ({ ...farSide, time: { now: async () => process.clock.now() } }),
  },
  'approvals of whatever is planned': {
    composition: {
      approve: async ({ documents, ports }, { runId = '', ...input }) => {
        const run = await documents.get<RunView>(input.context.tenantId, 'run', runId);
        const planDigest = run?.body.planDigest ?? input.planDigest;
        return new ApproveRun(ports).execute({ ...input, runId, planDigest });
      },
    },
  },
  'no sweep behind the broker': {
    tamper: (farSide) => ({
      ...farSide,
      consumers: over(farSide.consumers, {
        readSince: async ({ afterGlobalSeq }) => ({ events: [], nextGlobalSeq: afterGlobalSeq, more: false }),
      }),
    }),
  },
  'jobs recorded after the position': {
    tamper: (farSide, process, { database }) =>
      withTransactions(farSide, (open) => {
        const later: (() => void)[] = [];
        return over(open, {
          enqueue: ({ tenantId }, job) => {
            later.push(() => insertJob(database, newJobRow(database, tenantId, job)));
          },
          commit: () => {
            for (const insert of later) process.later(20, 'records a job', insert);
            return open.commit();
          },
        });
      }),
  },
  'claims that never run out': {
    tamper: (farSide) => ({
      ...farSide,
      jobs: over(farSide.jobs, { claim: (request) => farSide.jobs.claim({ ...request, leaseMs: NEVER_MS }) }),
    }),
  },
  'commands that nobody remembers': { tamper: (farSide, process) => forgetful(farSide, process) },
};

function onEvents(change: (events: EventStore) => EventStore): Tamper {
  return (farSide) => ({ ...farSide, events: change(farSide.events) });
}

function onTransactions(change: (open: InteractiveTransaction) => InteractiveTransaction): Tamper {
  return (farSide) => withTransactions(farSide, change);
}

function withTransactions(farSide: FarSide, change: (open: InteractiveTransaction) => InteractiveTransaction): FarSide {
  const begin: ConsumerRows['begin'] = async (consumer: string, streams: readonly StreamRef[]) =>
    change(await farSide.consumers.begin(consumer, streams));
  return { ...farSide, consumers: over(farSide.consumers, { begin }) };
}

type Publish = NonNullable<FarSide['publisher']>['publish'];

function onPublisher(
  make: (farSide: FarSide, process: SimProcess, chance: (probability: number) => boolean) => Publish,
): Tamper {
  return (farSide, process, { random }) => {
    if (farSide.publisher === undefined) return farSide;
    return { ...farSide, publisher: { publish: make(farSide, process, (probability) => random.chance(probability)) } };
  };
}

function withoutToken(events: EventStore): EventStore['append'] {
  return ({ fencingToken: _token, ...request }: AppendRequest) => events.append(request);
}

/** Who takes an execution over does not see that a task was begun whose end is not recorded. */
function withoutIntents(events: EventStore): EventStore['load'] {
  return async (request): Promise<LoadedStream> => {
    const loaded = await events.load(request);
    if (!request.stream.streamId.startsWith('execution-')) return loaded;
    const isLast = (event: RecordedEvent, index: number): boolean =>
      !loaded.events.slice(index + 1).some((later) => unitOf(later) === unitOf(event));
    return {
      ...loaded,
      events: loaded.events.filter((event, index) => event.type !== 'TaskStarted' || !isLast(event, index)),
    };
  };
}

function unitOf({ data }: RecordedEvent): unknown {
  return (data as { readonly unitId?: string }).unitId;
}

function forgetful(farSide: FarSide, process: SimProcess): FarSide {
  const { events } = farSide;
  return {
    ...farSide,
    events: over(events, {
      load: async (request) => ({ ...(await events.load(request)), commandRecorded: false }),
      append: (request) =>
        events.append({ ...request, context: { ...request.context, commandId: process.ids.next() } }),
    }),
  };
}
