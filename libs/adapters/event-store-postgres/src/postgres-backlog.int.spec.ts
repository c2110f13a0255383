import { newAppend, newPrivateEvent, newEvent } from '@caisson/testing';
import { expect, it } from 'vitest';
import { useEventStore } from './event-store.harness.js';

const opened = useEventStore();

it('tells what waits: jobs by queue and state, events on their way out, streams that are set aside', async () => {
  expect(await opened.store.backlog()).toEqual({ queues: [], unnumbered: 0, unsent: 0, oldestSeconds: 0, parked: [] });
  const job = (key: string, delayMs = 0) => ({ queue: 'planning', key, payload: {}, delayMs });
  const request = newAppend({
    events: [newEvent(), newPrivateEvent()],
    jobs: [job('a'), job('b'), job('timer', 60_000)],
  });
  await opened.store.events.append(request);
  await opened.store.jobs.claim({ queue: 'planning', worker: 'w', limit: 1, leaseMs: 60_000 });
  const { stream } = request;
  await opened.store.consumers.transact('planner', [stream], (transaction) => {
    transaction.park(stream, 1, 'it does not fit');
    return Promise.resolve();
  });
  await opened.store.pool.query(`insert into checkpoint (consumer, global_seq) values ('planner', 0), ('api', 0)`);
  const backlog = await opened.store.backlog();
  expect(backlog).toMatchObject({
    unnumbered: 2,
    unsent: 0,
    queues: [{ queue: 'planning', due: 1, held: 1, later: 1 }],
  });
  expect(backlog.parked).toEqual(
    expect.arrayContaining([
      { consumer: 'planner', streams: 1 },
      { consumer: 'api', streams: 0 },
    ]),
  );
  expect(backlog.queues[0]?.oldestDueSeconds).toBeGreaterThan(0);
  expect(backlog.oldestSeconds).toBeGreaterThan(0);
  await opened.store.outbox.tryLead(() => undefined);
  const entries = await opened.store.outbox.next(10);
  expect(await opened.store.backlog()).toMatchObject({ unnumbered: 0, unsent: 1 });
  await opened.store.outbox.remove(entries);
  expect(await opened.store.backlog()).toMatchObject({ unsent: 0, oldestSeconds: 0 });
});
