import type { ConsumerStore, ConsumerTransaction, StreamRef } from '@caisson/event-sourcing';
import { Fault } from '@caisson/kernel';
import type { Link } from '../machine/sim-process.js';
import type { ConsumerRows, InteractiveTransaction } from './sim-consumer-store.js';

/** Whoever a transaction belongs to: its death ends it. */
export interface TransactionOwner extends Link {
  onDeath(mourner: () => void): () => void;
}

/** Transactions of a process, each statement of which goes over the link. The rest of the port goes there as well. */
export function interactive(
  owner: TransactionOwner,
  store: Pick<ConsumerRows, 'begin'>,
  rest: Omit<ConsumerStore, 'transact'>,
): ConsumerStore {
  async function transact<Result>(
    consumer: string,
    streams: readonly StreamRef[],
    work: (transaction: ConsumerTransaction) => Promise<Result>,
  ): Promise<Result> {
    let open: InteractiveTransaction | undefined;
    let isOver = false;
    const end = (): void => {
      isOver = true;
      open?.rollBack();
    };
    const stopMourning = owner.onDeath(end);
    try {
      const transaction = await owner.call(`${consumer} begins`, async () => {
        open = await store.begin(consumer, streams);
        if (isOver) open.rollBack(); // Nobody waits for it any more.
        return open;
      });
      const result = await work(transaction);
      await owner.call(`${consumer} commits`, () => {
        if (transaction.commit()) return;
        throw new Fault('store-unavailable', 'The transaction was ended.', { retryable: true });
      });
      return result;
    } finally {
      stopMourning();
      end();
    }
  }
  return Object.assign(Object.create(rest) as Omit<ConsumerStore, 'transact'>, { transact });
}
