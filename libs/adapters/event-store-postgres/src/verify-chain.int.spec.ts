import { newAppend, newEvent, newPrivateEvent, newStream } from '@caisson/testing';
import type { StreamRef } from '@caisson/event-sourcing';
import { describe, expect, it } from 'vitest';
import { pg } from './connection.js';
import { useEventStore } from './event-store.harness.js';

describe('verifyChain', () => {
  const opened = useEventStore();

  async function threeEvents(): Promise<StreamRef> {
    const stream = newStream();
    const publicForm = { type: 'caisson.drift.scan-started.v1', data: { shown: 2 } };
    const events = [newEvent(1), { ...newPrivateEvent(2), publicForm }, newEvent(3)];
    await opened.store.events.append(newAppend({ stream, events }));
    return stream;
  }

  /** As somebody with the owner's rights who first turned the guard off. */
  async function tamper(stream: StreamRef, change: string): Promise<void> {
    const client = new pg.Client({ connectionString: opened.database.url });
    await client.connect();
    await client.query('begin; alter table event disable trigger event_append_only');
    await client.query(
      change.replaceAll('$stream', `tenant_id = '${stream.tenantId}' and stream_id = '${stream.streamId}'`),
    );
    await client.query('alter table event enable trigger event_append_only; commit');
    await client.end();
  }

  it('finds a stream as it was written', async () => {
    const stream = await threeEvents();
    const { head } = await opened.store.events.load({ stream });
    expect(await opened.store.verifyChain(stream)).toEqual({ outcome: 'intact', head });
    expect(await opened.store.verifyChain(newStream())).toEqual({ outcome: 'intact', head: { version: 0, hash: '' } });
  });

  it('finds a long stream as it was written', async () => {
    const stream = newStream();
    const events = Array.from({ length: 2_000 }, (_, index) => newEvent(index));
    await opened.store.events.append(newAppend({ stream, events }));
    expect(await opened.store.verifyChain(stream)).toMatchObject({ outcome: 'intact', head: { version: 2_000 } });
  });

  it.each([
    ['data', `update event set data = '{"label":9}' where $stream and version = 2`, 2],
    ['spacing of the data', `update event set data = '{"label": 1}' where $stream and version = 1`, 1],
    ['public data', `update event set public_data = '{"shown":3}' where $stream and version = 2`, 2],
    ['actor', `update event set actor = 'somebody' where $stream and version = 3`, 3],
    ['time', `update event set occurred_at = '2020-01-01T00:00:00.000Z' where $stream and version = 1`, 1],
    ['hash', `update event set hash = repeat('0', 64) where $stream and version = 1`, 1],
    ['a missing first event', 'delete from event where $stream and version = 1', 1],
    ['a missing event in the middle', 'delete from event where $stream and version = 2', 2],
    ['a missing last event', 'delete from event where $stream and version = 3', 3],
    ["the stream's own hash", `update stream set head_hash = repeat('0', 64) where $stream`, 3],
    ["the stream's own version", `update stream set version = 5 where $stream`, 4],
  ])('names the first broken version: %s', async (_what, change, version) => {
    const stream = await threeEvents();
    await tamper(stream, change);
    expect(await opened.store.verifyChain(stream)).toMatchObject({ outcome: 'broken', version });
  });
});
