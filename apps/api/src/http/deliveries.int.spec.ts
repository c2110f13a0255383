import { systemIds } from '@caisson/service';
import { tenantIdOf } from '@caisson/tenancy';
import { newAppend } from '@caisson/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { useApi } from '../api.harness.js';

const api = useApi();
const ids: string[] = [];
const ignored = { outcome: 'ignored', reason: 'not a push' };

/** What webhook-ingest records: two pushes, and between them something that means nothing to us. */
beforeAll(async () => {
  for (const [deliveryId, told] of [
    ['d-1', { event: 'push', outcome: 'accepted', repository: 'acme/shop' }],
    ['d-2', { event: 'issues', ...ignored }],
    ['d-3', { event: 'push', outcome: 'accepted', repository: 'acme/docs' }],
  ] as const) {
    const id = systemIds.next();
    ids.unshift(id);
    const said = { receivedAt: '2026-03-01T10:00:00.000Z', correlationId: 'story' };
    const documents = [{ collection: 'delivery', id, body: { id, hookId: 'shop', deliveryId, ...told, ...said } }];
    const stream = { tenantId: tenantIdOf('default'), streamId: `delivery-${id}` };
    const events = [{ type: 'DeliveryAccepted', schemaVersion: 1, data: {} }];
    await api.store.events.append({ ...newAppend({ stream, events }), documents });
  }
});

const listed = async (query: string): Promise<readonly string[]> =>
  (await api.ask('GET', `/deliveries${query}`)).body.items.map(({ id }) => id);

describe('deliveries to webhooks', () => {
  it('are listed, the newest first, page by page', async () => {
    expect(await listed('')).toEqual(ids);
    expect(await listed('?sort=receivedAt')).toEqual(ids.toReversed());
    const { body } = await api.ask('GET', '/deliveries?limit=2');
    expect(await listed(`?limit=2&cursor=${body.nextCursor!}`)).toEqual(ids.slice(2));
  });

  it.each([
    ['outcome=ignored', [1]],
    ['event=push', [0, 2]],
    ['deliveryId=d-3', [0]],
    ['repository=acme/shop', [2]],
    ['hookId=shop&outcome=accepted', [0, 2]],
    ['hookId=another', []],
  ])('can be looked for by %s', async (filter, places) => {
    expect(await listed(`?${filter}`)).toEqual(places.map((place) => ids[place]));
  });

  it('are read one by one, with the reason where nothing was made of it', async () => {
    expect(await api.ask('GET', `/deliveries/${ids[1]!}`)).toMatchObject({ status: 200, body: ignored });
    const missing = await api.ask('GET', `/deliveries/${systemIds.next()}`);
    expect(missing).toMatchObject({ status: 404, body: { code: 'delivery-not-found' } });
  });

  it('cannot be filtered by what they do not have', async () => {
    const { body, status } = await api.ask('GET', '/deliveries?outcome=done');
    expect([status, body.code, body.errors[0]?.pointer]).toEqual([400, 'invalid-parameter', '?outcome']);
  });
});
