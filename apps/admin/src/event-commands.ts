import { CONTEXTS, topicOf, type Context } from '@caisson/contracts';
import { publishAgain, type ChainVerdict } from '@caisson/event-store-postgres';
import type { StreamRef } from '@caisson/event-sourcing';
import { Fault } from '@caisson/kernel';
import { readSettings } from '@caisson/service';
import { recordOrder, type Operator } from './orders.js';
import { AdminSettings, withStore, type Surroundings, type Terminal } from './surroundings.js';

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

/** Streams that are named when they are not as they were written; a backup has to be looked at anyway. */
const BROKEN_NAMED_MAX = 100;

/**
 * Reads a stream, those of a tenant, or all, and says whether every event is as it was written.
 *
 * @throws Fault `chain-broken` after naming the first version of each stream which is not, `stream-not-found`.
 */
export async function verify(
  terminal: Terminal,
  { streamId, tenantId }: { readonly tenantId?: string | undefined; readonly streamId?: string | undefined },
): Promise<void> {
  if (tenantId !== undefined && streamId !== undefined) await verifyStream(terminal, { tenantId, streamId });
  else await verifyMany(terminal, tenantId);
}

async function verifyStream(surroundings: Surroundings, stream: StreamRef): Promise<void> {
  const verdict = await withStore(surroundings, (store) => store.verifyChain(stream));
  const name = nameOf(stream);
  if (verdict.outcome === 'broken') {
    throw new Fault('chain-broken', `${sayBroken(stream, verdict)} Compare a backup.`, { retryable: false });
  }
  if (verdict.head.version === 0) {
    throw new Fault('stream-not-found', `There is no stream ${name}, or you may not read it.`, { retryable: false });
  }
  surroundings.print(`${name} is as it was written: ${verdict.head.version} events, hash ${verdict.head.hash}.`);
}

async function verifyMany(terminal: Terminal, tenantId: string | undefined): Promise<void> {
  let [streams, events, broken] = [0, 0, 0];
  await withStore(terminal, async (store) => {
    for await (const { stream, verdict } of store.verifyChains({ tenantId })) {
      streams += 1;
      if (verdict.outcome === 'intact') events += verdict.head.version;
      else if ((broken += 1) <= BROKEN_NAMED_MAX) terminal.complain(sayBroken(stream, verdict));
    }
  });
  if (broken > 0) {
    const text = `${broken} of ${streams} streams are not as they were written. Compare a backup.`;
    throw new Fault('chain-broken', text, { retryable: false });
  }
  terminal.print(`${streams} streams are as they were written: ${events} events.`);
}

function sayBroken(stream: StreamRef, { reason, version }: ChainVerdict & { readonly outcome: 'broken' }): string {
  return `${nameOf(stream)} is not as it was written: version ${version}, ${reason}.`;
}

function nameOf({ streamId, tenantId }: StreamRef): string {
  return `${streamId} of ${tenantId}`;
}

function contextOf(topic: string): Context {
  const context = CONTEXTS.find((name) => topicOf(name) === topic);
  if (context !== undefined) return context;
  const text = `${topic} is no topic of Caisson. There are: ${CONTEXTS.map(topicOf).join(', ')}.`;
  throw new Fault('topic-unknown', text, { retryable: false });
}
