import { deploymentAggregate } from '@caisson/deployment';
import type { OpenedEventStore } from '@caisson/event-store-postgres';
import type { StreamRef } from '@caisson/event-sourcing';
import { canonicalJson, type Json } from '@caisson/kernel';
import { rebuildDocuments, SeededRandom } from '@caisson/testing';
import type { Oracle, Violation } from './oracle.js';

/** How often each stream is folded anew, each time in other batches and with other deaths. */
const REBUILDS = 20;

/** O5: the documents of a deployment are, byte for byte, what any fresh fold of its events gives. */
export const documentsFollowFromEvents: Oracle = async ({ people, store }) => {
  const violations: Violation[] = [];
  for (const { deploymentId, tenant } of people) {
    if (deploymentId === undefined) continue;
    for (const name of await brokenDocuments(store, { tenantId: tenant, streamId: `deployment-${deploymentId}` })) {
      violations.push({ oracle: 'O5', what: `${name} is not what its events say` });
    }
  }
  return violations;
};

async function brokenDocuments(store: OpenedEventStore, stream: StreamRef): Promise<ReadonlySet<string>> {
  const { events } = await store.events.load({ stream });
  const broken = new Set<string>();
  const kept = new Map<string, string>();
  for (let seed = 1; seed <= REBUILDS; seed += 1) {
    for (const [name, text] of rebuildDocuments(deploymentAggregate, events, {
      random: new SeededRandom(seed),
      stream,
    })) {
      const there = kept.get(name) ?? (await documentOf(store, stream.tenantId, name));
      kept.set(name, there);
      if (there !== text) broken.add(name);
    }
  }
  return broken;
}

async function documentOf({ documents }: OpenedEventStore, tenant: string, name: string): Promise<string> {
  const [collection = '', id = ''] = name.split(' ');
  const found = await documents.get<Json>(tenant, collection, id);
  return found === undefined ? 'nothing' : canonicalJson(found.body);
}
