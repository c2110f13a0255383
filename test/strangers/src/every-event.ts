import type { AsyncApiDocument } from '@caisson/contracts';
import type { OutboxEntry } from '@caisson/event-sourcing';
import fc from 'fast-check';
import { arbitraryOf } from './arbitrary-of.js';

/** The same events in every run. */
const SEED = 20_260_302;
const TENANTS = ['tenant-ä', 'tenant-b'] as const;

/** Events of every type of the document, some of each, in a stream for each topic and tenant, as a relay gives them. */
export function everyEvent(document: AsyncApiDocument, ofEach: number): readonly OutboxEntry[] {
  const entries: OutboxEntry[] = [];
  for (const channel of Object.values(document.channels)) {
    const types = Object.keys(channel['messages'] as object);
    for (const [place, type] of types.flatMap((type) => Array<string>(ofEach).fill(type)).entries()) {
      const tenantId = TENANTS[place % TENANTS.length] ?? '';
      entries.push(entryOf(document, { type, tenantId, sequence: place + 1, number: entries.length + 1 }));
    }
  }
  return entries;
}

function entryOf(
  { components: { schemas } }: AsyncApiDocument,
  given: { readonly type: string; readonly tenantId: string; readonly sequence: number; readonly number: number },
): OutboxEntry {
  const { number, sequence, tenantId, type } = given;
  const [data] = fc.sample(arbitraryOf(schemas[type] ?? {}, schemas), { numRuns: 1, seed: SEED + number });
  return {
    outboxId: String(number),
    globalSeq: number,
    dataJson: JSON.stringify(data),
    envelope: {
      ...{ id: `event-${number}`, type, source: '/caisson/api', subject: `${type.split('.')[1] ?? ''}-1`, sequence },
      ...{ time: '2026-03-02T10:15:00.000Z', tenantId, correlationId: 'story: 1,2', causationId: `cause-${number}` },
      actor: 'mia müller',
    },
  };
}
