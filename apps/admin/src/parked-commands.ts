import type { ParkedStream, StreamRef } from '@caisson/event-sourcing';
import type { OpenedEventStore } from '@caisson/event-store-postgres';
import { Fault } from '@caisson/kernel';
import { recordOrder, type Operator } from './orders.js';
import { printList } from './print-list.js';
import { withStore, type Surroundings, type Terminal } from './surroundings.js';

/** Names a stream that a consumer set aside. */
export interface ParkedRef extends StreamRef {
  readonly consumer: string;
}

/** Prints the parked streams, of one consumer or of all. */
export async function listParked(
  terminal: Terminal,
  options: { readonly consumer?: string; readonly json?: boolean },
): Promise<void> {
  const filter = options.consumer === undefined ? {} : { consumer: options.consumer };
  await printList(terminal, {
    first: (limit) => withStore(terminal, ({ recovery }) => recovery.parked({ ...filter, limit })),
    head: ['CONSUMER', 'TENANT', 'STREAM', 'FROM', 'REASON'],
    cellsOf,
    none: 'No stream is parked.',
    narrowedBy: '--consumer',
    json: options.json,
  });
}

/** Prints why a stream is parked, the event that it waits with, and how many wait behind it. */
export async function showParked(surroundings: Surroundings, ref: ParkedRef): Promise<void> {
  const shown = await withStore(surroundings, async (store) => {
    const { fromVersion, reason } = await find(store, ref);
    const [event, ...behind] = await store.consumers.readStream(ref, fromVersion - 1);
    return { ...ref, fromVersion, reason, event, waitingBehind: behind.length };
  });
  surroundings.print(JSON.stringify(shown, undefined, 2));
}

/** Lets a parked stream go on; the order is recorded with the operator's name. */
export async function releaseParked(surroundings: Surroundings, ref: ParkedRef, operator: Operator): Promise<void> {
  const { consumer, tenantId, streamId } = ref;
  const story = await withStore(surroundings, async (store) => {
    const { fromVersion, reason } = await find(store, ref);
    const order = {
      stream: { tenantId, streamId: `recovery-${consumer}` },
      type: 'StreamReleaseOrdered',
      data: { consumer, streamId, fromVersion, reason },
    } as const;
    const recorded = await recordOrder(store.events, order, operator);
    await store.consumers.unpark(consumer, { tenantId, streamId });
    return recorded;
  });
  surroundings.print(`${streamId} is released: ${consumer} goes on with it within some seconds. Recorded as ${story}.`);
}

async function find({ recovery }: OpenedEventStore, ref: ParkedRef): Promise<ParkedStream> {
  const found = await recovery.findParked(ref);
  if (found !== undefined) return found;
  const { consumer, streamId, tenantId } = ref;
  const text = `${streamId} of tenant ${tenantId} is not parked for ${consumer}. See: caisson-admin parked list`;
  throw new Fault('not-parked', text, { retryable: false });
}

function cellsOf({ consumer, fromVersion, reason, streamId, tenantId }: ParkedStream): readonly string[] {
  return [consumer, tenantId, streamId, String(fromVersion), reason];
}
