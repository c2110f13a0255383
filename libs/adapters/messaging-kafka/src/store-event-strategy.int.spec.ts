import { describeEventStrategyContract, systemClock } from '@caisson/testing';
import { StoreEventStrategy } from './store-event-strategy.js';
import { KeptLog, openTestStore, startBehindNest } from './strategy.harness.js';

describeEventStrategyContract('Reading the store', async () => {
  const { store, relay, close } = await openTestStore();
  return {
    events: store.events,
    consumers: store.consumers,
    jobs: store.jobs,
    carry: () => relay(() => Promise.resolve()),
    lose: () => relay(() => Promise.resolve()),
    start: (consumer, handler) => {
      const options = { service: consumer, consumerStore: store.consumers, wakeups: store.wakeups };
      return startBehindNest(new StoreEventStrategy({ ...options, clock: systemClock, log: new KeptLog() }), handler);
    },
    close,
  };
});
