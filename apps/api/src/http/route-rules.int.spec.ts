import { routesOf, type DescribedRoute } from '@caisson/http';
import { eventually } from '@caisson/testing';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { desired, useApi, type Asked } from '../api.harness.js';
import { READ_STREAMS } from '../queries/read-streams.js';
import { API_CONTROLLERS } from './api-document.js';
import { MIN_VERSION_WAIT_MS } from '../settings.js';

/** What holds for all routes. A new one keeps to it, or says in its `Operation` why not. */

const api = useApi(); // Holds every answer against the document, headers that must be there included.

const routes = API_CONTROLLERS.flatMap((controller) => routesOf(controller));
const commands = routes.filter(({ method }) => method !== 'get');

describe('the answer to a command', () => {
  it('says in which stream it is recorded, and the version after it', async () => {
    const silent = commands.filter(({ operation }) => operation.recordsNoStream !== undefined);
    expect(silent.map(({ id }) => id)).toEqual(['rewrapCredentials', 'recompute']);
    const created = await api.ask('POST', '/deployments', { body: desired('told') });
    const { stream, version } = created.body;
    expect(created.headers).toMatchObject({ 'caisson-stream': stream, 'caisson-version': String(version) });
    const key = await api.ask('POST', '/keys', { body: { name: 'told', scope: 'read' } });
    expect(key.headers).toMatchObject({ 'caisson-stream': `key-${key.body.id}`, 'caisson-version': '1' });
    const revoked = await api.ask('DELETE', `/keys/${key.body.id}`);
    expect([revoked.status, revoked.headers['caisson-version']]).toEqual([204, '2']);
  });

  it('says it again with the same Idempotency-Key', async () => {
    const asked = { body: desired('again'), headers: { 'idempotency-key': 'told-again' } };
    const [first, again] = [await api.ask('POST', '/deployments', asked), await api.ask('POST', '/deployments', asked)];
    expect(again.headers['idempotent-replayed']).toBe('true');
    for (const name of ['caisson-stream', 'caisson-version', 'retry-after', 'location']) {
      expect([name, again.headers[name]]).toEqual([name, first.headers[name]]);
      expect(first.headers[name]).toBeDefined();
    }
  });

  it('says nothing of a stream when it was refused', async () => {
    const { headers, status } = await api.ask('POST', '/deployments', { body: { ...desired(), resources: [] } });
    expect([status >= 400, headers['caisson-stream'], headers['retry-after']]).toEqual([true, undefined, undefined]);
  });

  it('says where to look and when, where it is only recorded', () => {
    const accepted = commands.filter(({ status }) => status === 202);
    expect(accepted.length).toBeGreaterThan(15);
    const placeless = accepted.filter(({ operation }) => operation.answerHeaders?.['Location'] === undefined);
    expect(placeless.map(({ id }) => id)).toEqual([]);
  });
});

describe('a list', () => {
  const isList = ({ operation: { answer } }: DescribedRoute) =>
    answer instanceof z.ZodObject && 'items' in answer.shape && !('id' in answer.shape);
  const lists = routes.filter(isList);
  const paged = lists.filter(({ operation }) => operation.unpaged === undefined);

  const queryOf = ({ read }: DescribedRoute) =>
    read.query instanceof z.ZodObject ? Object.keys(read.query.shape) : [];

  it('is read page by page and in an order, or says why not', () => {
    expect(lists.length).toBeGreaterThan(14);
    const unpaged = lists.filter(({ operation }) => operation.unpaged !== undefined);
    expect(unpaged.map(({ id }) => id)).toEqual(['listTenants']);
    const short = paged.filter((route) => {
      const isPage = route.operation.answer instanceof z.ZodObject && 'nextCursor' in route.operation.answer.shape;
      return !isPage || !['limit', 'cursor', 'sort'].every((name) => queryOf(route).includes(name));
    });
    expect(short.map(({ id }) => id)).toEqual([]);
  });

  it('comes whole over its pages, in the order that is asked for, with cursors good for that list alone', async () => {
    const { id } = await api.created('paged');
    await api.ask('POST', `/deployments/${id}/cancel`);
    await api.ask('POST', '/keys', { body: { name: 'paged', scope: 'read' } });
    for (const path of ['/deployments', '/runs', '/keys', `/deployments/${id}/events`]) {
      const idsOf = async (sort: string, limit: number) => {
        const ids: string[] = [];
        let next: string | undefined = `${path}?limit=${limit}&sort=${sort}`;
        while (next !== undefined) {
          const { body, headers, status }: Asked = await api.ask('GET', next);
          expect(status).toBe(200);
          ids.push(...body.items.map((item) => item.id));
          next = /^<\/api\/v1([^>]+)>; rel="next"$/.exec(String(headers['link']))?.[1];
          expect(next === undefined).toBe(body.nextCursor === undefined);
        }
        return ids;
      };
      const route = paged.find((one) => one.path.replace(':id', id) === `/api/v1${path}`);
      const { properties } = z.toJSONSchema(route!.read.query!, { io: 'input' });
      const [up = '', down = ''] = (properties?.['sort'] as { readonly enum: readonly string[] }).enum;
      const whole = await idsOf(up, 200);
      expect([path, whole.length > 1, new Set(whole).size]).toEqual([path, true, whole.length]);
      expect(await idsOf(up, 1)).toEqual(whole);
      expect(await idsOf(down, 1)).toEqual(whole.toReversed());
      const { body } = await api.ask('GET', `${path}?limit=1&sort=${up}`);
      const misused = await api.ask('GET', `${path}?limit=1&sort=${down}&cursor=${body.nextCursor ?? ''}`);
      expect(misused).toMatchObject({
        status: 400,
        body: { code: 'invalid-parameter', errors: [{ pointer: '?cursor' }] },
      });
      expect((await api.ask('GET', `${path}?sort=unknown`)).body.errors).toMatchObject([{ pointer: '?sort' }]);
    }
  });

  it('holds what its filters let through', async () => {
    const { id } = await api.created('filtered');
    await api.ask('POST', `/deployments/${id}/cancel`);
    await api.ask('POST', '/keys', { body: { name: 'filtered', scope: 'read' } });
    const count = async (path: string) => (await api.ask('GET', path)).body.items.length;
    expect(await count(`/deployments/${id}/runs?state=cancelled`)).toBe(1);
    expect(await count(`/deployments/${id}/runs?state=planning`)).toBe(0);
    const type = 'caisson.deployment.run-cancelled.v1';
    const { body } = await api.ask('GET', `/deployments/${id}/events?type=${type}`);
    expect(body.items).toMatchObject([{ type }]);
    expect(await count('/members?role=admin')).toBe(1);
    expect(await count('/members?role=viewer')).toBe(0);
    expect(await count('/keys?status=revoked')).toBeLessThan(await count('/keys'));
  });
});

describe('a read of one thing', () => {
  /** What has no stream of its own, or cannot be older than it is. */
  const TIMELESS = [
    ...['readPlan', 'readRunStates', 'readKeySet', 'me', 'watchEvents'], // By content, constant, or of the moment.
    ...['listDeployments', 'listAllRuns', 'listDriftReports', 'listKeys', 'listCredentials'], // Of many streams.
    'listWebhooks',
    ...['readTypeTable', 'readTypeTableVersion', 'readPriceBook', 'readPriceBookVersion'], // Their version is in them.
    ...['readDriftPolicy', 'readDriftPolicyVersion', 'listDriftBreakers'],
    ...['listDeliveries', 'readDelivery'], // A delivery never changes.
  ];
  const reads = routes.filter(({ method }) => method === 'get');

  it('names the stream that it follows from', () => {
    const streamless = reads.filter(({ operation }) => operation.readsStream === undefined);
    expect(streamless.map(({ id }) => id).sort()).toEqual([...TIMELESS].sort());
    const kinds = reads.flatMap(({ operation }) => operation.readsStream ?? []);
    expect(kinds.filter((kind) => !(kind in READ_STREAMS))).toEqual([]);
  });

  it('has seen what a command answered, and waits for what comes', async () => {
    const { id, runId, version } = await api.created('awaited');
    for (const path of [`/deployments/${id}`, `/deployments/${id}/runs`, `/runs/${runId}`, `/runs/${runId}/events`]) {
      expect((await api.ask('GET', `${path}?minVersion=${version}`)).status).toBe(200);
    }
    const next = api.ask('GET', `/runs/${runId}?minVersion=${version + 1}`);
    await api.ask('POST', `/deployments/${id}/cancel`);
    expect((await next).body.state).toBe('cancelled');
    expect((await api.ask('GET', '/members?limit=1&minVersion=1')).body.items).toHaveLength(1);
  });

  it('looks no more for somebody who has hung up', async () => {
    const [left, other] = [await api.created('left'), await api.created('other')];
    const versions = vi.spyOn(api.store.events, 'versions');
    const looksAt = (id: string) =>
      versions.mock.calls.filter(([[stream]]) => stream?.streamId === `deployment-${id}`).length;
    await api.app.listen(0, '127.0.0.1');
    const hangUp = new AbortController();
    const address = `${await api.app.getUrl()}/api/v1/deployments/${left.id}?minVersion=${left.version + 1}`;
    const headers = { authorization: `Bearer ${api.token}` };
    const answer = fetch(address, { headers, signal: hangUp.signal }).catch(() => 'none');
    await eventually('it waits', () => looksAt(left.id) > 1);
    hangUp.abort();
    expect(await answer).toBe('none');
    const watching = api.ask('GET', `/deployments/${other.id}?minVersion=${other.version + 1}`);
    await eventually(
      'another read looks three times, and it not once',
      async () => {
        const [before, from] = [looksAt(left.id), looksAt(other.id)];
        await eventually('three looks', () => looksAt(other.id) >= from + 3);
        return looksAt(left.id) === before;
      },
      MIN_VERSION_WAIT_MS / 2,
    );
    await api.ask('POST', `/deployments/${other.id}/cancel`);
    expect((await watching).status).toBe(200);
    versions.mockRestore();
  });

  it('says how far the stream is when it does not come', async () => {
    const { id, version } = await api.created('impatient');
    const answer = await api.ask('GET', `/deployments/${id}?minVersion=${version + 1}`);
    const { status, body, headers } = answer;
    expect([status, body.code, headers['retry-after']]).toEqual([409, 'version-not-reached', '1']);
    expect(body).toMatchObject({ stream: `deployment-${id}`, version });
    for (const wrong of ['0', '-1', '1.5', 'x', '9'.repeat(16)]) {
      const refused = await api.ask('GET', `/deployments/${id}?minVersion=${wrong}`);
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '?minVersion' }] } });
    }
    expect(await api.ask('GET', '/run-states?minVersion=1')).toMatchObject({ status: 400 });
    for (const none of ['%00', 'x', '%F0%9F%9A%80']) {
      expect((await api.ask('GET', `/deployments/${none}?minVersion=1`)).status).toBe(404);
    }
    const foreign = { token: await api.logIn('eve', 'acme') };
    expect((await api.ask('GET', `/deployments/${id}?minVersion=99`, foreign)).status).toBe(404);
  });
});

describe('what was', () => {
  it('can be read of a deployment, a run and its plan, by version and by instant', async () => {
    const { id, plan, runId } = await api.planned();
    const read = async (path: string) => (await api.ask('GET', path)).body;
    const { items } = await read(`/deployments/${id}/events?sort=time`);
    const facts = items.filter(({ subject }) => subject === `deployment-${id}`);
    const waiting = facts.find(({ type }) => type.includes('run-awaiting-approval'))!;
    const before = await read(`/deployments/${id}`);
    await api.ask('POST', `/runs/${runId}/reject`, { body: { reason: 'not now' } });
    const more = { ...desired('renamed'), environment: 'staging' };
    const headers = { 'if-match': String((await api.ask('GET', `/deployments/${id}`)).headers['etag']) };
    expect((await api.ask('PATCH', `/deployments/${id}`, { body: more, headers })).status).toBe(202);
    expect(await read(`/deployments/${id}`)).toMatchObject({ name: 'renamed', revision: 2 });
    for (const asOf of [waiting.sequence, waiting.time]) {
      expect(await read(`/deployments/${id}?asOf=${asOf}`)).toEqual(before);
      expect(await read(`/runs/${runId}?asOf=${asOf}`)).toMatchObject({ state: 'awaiting_approval' });
      expect(await read(`/runs/${runId}/plan?asOf=${asOf}`)).toMatchObject({ digest: plan.digest });
    }
    expect(await read(`/runs/${runId}`)).toMatchObject({ state: 'cancelled' });
    const first = await read(`/runs/${runId}/plan?asOf=1`);
    expect(first.code).toBe('run-not-found'); // The first fact is of the deployment alone.
    expect((await read(`/runs/${runId}/plan?asOf=2`)).code).toBe('plan-not-found');
    expect((await read(`/deployments/${id}?asOf=2000-01-01T00:00:00Z`)).code).toBe('deployment-not-found');
    expect((await read(`/deployments/${id}?asOf=9999`)).code).toBe('version-not-reached');
    expect((await api.ask('GET', `/deployments/${id}?asOf=yesterday`)).body.errors).toMatchObject([
      { pointer: '?asOf', detail: 'must be a version, or an instant such as 2026-03-01T10:00:00Z' },
    ]);
    const then = await api.ask('GET', `/deployments/${id}?asOf=${waiting.sequence}`);
    expect(then.headers['etag']).not.toBe(`"${waiting.sequence}"`); // Not one for If-Match.
  });
});
