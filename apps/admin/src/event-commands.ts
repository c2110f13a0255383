import { CONTEXTS, topicOf, type Context } from '@caisson/contracts';
import { publishAgain } from '@caisson/event-store-postgres';
import type { StreamRef } from '@caisson/event-sourcing';
import { Fault } from '@caisson/kernel';
import { readSettings } from '@caisson/service';
import { recordOrder, type Operator } from './orders.js';
import { AdminSettings, withStore, type Surroundings } from './surroundings.js';

/** Orders that are about no tenant in particular are kept under this name; ids of tenants look different. */
const OPERATORS = 'operators';

/** Where to begin: a number of the global order, or an instant. */
export type From = { readonly globalSeq: number } | { readonly since: string };

/** A place to begin, as written: `1`, or `2026-03-02T10:15:00Z`. Undefined when it is neither. */
export function parseFrom(text: string): From | undefined {
  if (/^[1-9]\d{0,14}$/.test(text)) return { globalSeq: Number(text) };
  const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?Z$/.test(text) && !isNaN(Date.parse(text));
  return isInstant ? { since: text } : undefined;
}

/**
 * Has the relay publish the events of a topic once more, from the store: for a topic that was lost. Needs the owner of
 * the tables.
 */
export async function republish(
  surroundings: Surroundings,
  request: { readonly topic: string; readonly from: From },
  operator: Operator,
): Promise<void> {
  const { from, topic } = request;
  const context = contextOf(topic);
  const { databaseOwnerUrl: ownerUrl } = readSettings(AdminSettings, surroundings.environment);
  if (ownerUrl === undefined) {
    const text = 'To publish events again takes the owner of the tables. Set CAISSON_DATABASE_OWNER_URL.';
    throw new Fault('settings-invalid', text, { retryable: false });
  }
  const [queued, story] = await withStore(surroundings, async ({ events }) => {
    const stream = { tenantId: OPERATORS, streamId: `recovery-${topic}` };
    const data = { topic, ...from };
    await recordOrder(events, { stream, type: 'TopicRepublishOrdered', data }, operator);
    const range = 'since' in from ? { fromGlobalSeq: 1, since: from.since } : { fromGlobalSeq: from.globalSeq };
    const count = await publishAgain({ ownerUrl, context, ...range });
    // The relay hears of this one and looks at what waits.
    const done = { stream, type: 'TopicRepublishQueued', data: { ...data, events: count } } as const;
    return [count, await recordOrder(events, done, operator)];
  });
  surroundings.print(`${queued} events of ${topic} are on their way, before what is newer. Recorded as ${story}.`);
}

/**
 * Reads a whole stream and says whether every event is as it was written.
 *
 * @throws Fault `chain-broken` that names the first version which is not, `stream-not-found`.
 */
export async function verifyStream(surroundings: Surroundings, stream: StreamRef): Promise<void> {
  const verdict = await withStore(surroundings, (store) => store.verifyChain(stream));
  const name = `${stream.streamId} of ${stream.tenantId}`;
  if (verdict.outcome === 'broken') {
    const text = `${name} is not as it was written: version ${verdict.version}, ${verdict.reason}. Compare a backup.`;
    throw new Fault('chain-broken', text, { retryable: false });
  }
  if (verdict.head.version === 0) {
    throw new Fault('stream-not-found', `There is no stream ${name}, or you may not read it.`, { retryable: false });
  }
  surroundings.print(`${name} is as it was written: ${verdict.head.version} events, hash ${verdict.head.hash}.`);
}

function contextOf(topic: string): Context {
  const context = CONTEXTS.find((name) => topicOf(name) === topic);
  if (context !== undefined) return context;
  const text = `${topic} is no topic of Caisson. There are: ${CONTEXTS.map(topicOf).join(', ')}.`;
  throw new Fault('topic-unknown', text, { retryable: false });
}
