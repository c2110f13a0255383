import { backoffMs, type EventConsumer } from '@caisson/event-sourcing';
import type { SimProcess } from '../machine/sim-process.js';
import type { Member, Page, SimTransport } from './sim-transport.js';

/** How often a member asks by itself. */
const POLL_MS = 5_000;

/** What a process follows the transport with. */
export interface Following {
  readonly process: SimProcess;
  readonly transport: SimTransport;
  readonly consumer: EventConsumer;
  readonly topics: readonly string[];
}

/** Fetches, applies and commits for ever, as the Kafka strategy does: a page is tried until it is applied. */
export async function followTransport({ consumer, process, topics, transport }: Following): Promise<void> {
  let nap = new AbortController();
  const member: Member = {
    group: consumer.name,
    topics,
    isGone: () => process.isDead,
    ring: () => void process.later(1, 'has messages', () => nap.abort('rung')),
  };
  const positions = new Map<string, number>();
  let generation = 0;
  await process.call('joins', () => transport.join(member)).catch(() => transport.join(member));
  for (;;) {
    nap = new AbortController();
    const page = await process
      .call('fetch', () => transport.fetch(member, positions, generation))
      .catch(() => undefined);
    if (page === undefined) {
      await process.clock.sleep(POLL_MS, nap.signal);
      continue;
    }
    if (page.generation !== generation) positions.clear();
    generation = page.generation;
    await untilApplied(process, consumer, page);
    positions.set(page.partition, page.nextOffset);
    if (!consumer.isBehind)
      await process.call('commit offset', () => transport.commit(member, page)).catch(() => undefined);
  }
}

async function untilApplied(process: SimProcess, consumer: EventConsumer, page: Page): Promise<void> {
  for (let failures = 1; ; failures += 1) {
    try {
      await consumer.applyPage(page.events);
      return;
    } catch {
      await process.clock.sleep(backoffMs(failures));
    }
  }
}
