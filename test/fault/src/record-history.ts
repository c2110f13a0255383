import { writeFile } from 'node:fs/promises';
import type { Json } from '@caisson/kernel';
import type { Remains } from './oracles/oracle.js';

/** Streams whose documents follow from their events alone. */
const CATEGORIES = ['deployment', 'execution', 'plan'] as const;

/** Keeps what a schedule recorded: its streams, and the documents beside them (`test/history`). */
export async function recordHistory(file: string, { canaries, stack, store }: Remains): Promise<void> {
  const tenants = [...canaries.keys()];
  const streams = await stack.database.query<{ readonly tenantId: string; readonly streamId: string }>(
    `select tenant_id as "tenantId", stream_id as "streamId" from stream
      where tenant_id = any($1) and split_part(stream_id, '-', 1) = any($2) order by stream_id`,
    [tenants, CATEGORIES],
  );
  const recorded = [];
  for (const stream of streams.rows) {
    const { events } = await store.events.load({ stream });
    recorded.push({ ...stream, events });
  }
  const documents = await stack.database.query<{ readonly name: string; readonly body: Json }>(
    `select collection || ' ' || id as name, body from document where tenant_id = any($1) order by 1`,
    [tenants],
  );
  const kept = {
    streams: recorded,
    documents: Object.fromEntries(documents.rows.map(({ body, name }) => [name, body])),
  };
  await writeFile(file, `${JSON.stringify(kept)}\n`);
}
