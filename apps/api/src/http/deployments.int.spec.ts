import { DesiredState } from '@caisson/contracts';
import { uuidV7 } from '@caisson/kernel';
import { systemIds } from '@caisson/service';
import { principalIdOf, tenantIdOf } from '@caisson/tenancy';
import { describe, expect, it } from 'vitest';
import { desired, useApi } from '../api.harness.js';

const api = useApi();

describe('deployments', () => {
  it('are created with their first run, and read back at once', async () => {
    const answer = await api.ask('POST', '/deployments', { body: desired(), headers: { 'x-request-id': 'story-1' } });
    expect(answer).toMatchObject({
      status: 202,
      body: {
        deployment: { name: 'shop', environment: 'development', revision: 1 },
        run: { kind: 'create', correlationId: 'story-1', state: 'planning' },
      },
    });
    const { deployment, run, stream, version } = answer.body;
    expect(stream).toBe(`deployment-${deployment.id}`);
    expect(answer.headers).toMatchObject({ location: `/api/v1/runs/${run.id}`, etag: `"${version}"` });
    const read = await api.ask('GET', `/deployments/${deployment.id}`);
    expect(read.headers['etag']).toBe(`"${version}"`);
    expect(read.body).toMatchObject({ id: deployment.id, currentRun: run.id, desired: DesiredState.parse(desired()) });
    expect((await api.ask('GET', `/runs/${run.id}`)).body).toEqual(run);
    expect((await api.ask('GET', `/deployments/${deployment.id}/runs`)).body.items).toEqual([run]);
  });

  it('are listed newest first, page by page, with filters', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await api.created(name);
    await api.created('other');
    const names: string[] = [];
    let cursor = '';
    do {
      const { body } = await api.ask('GET', `/deployments?limit=2${cursor}`);
      names.push(...body.items.map(({ name }) => name));
      cursor = body.nextCursor === undefined ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    expect(names.slice(0, 4)).toEqual(['other', 'page-c', 'page-b', 'page-a']);
    expect((await api.ask('GET', '/deployments?name=page-b')).body.items).toHaveLength(1);
    expect((await api.ask('GET', '/deployments?environment=production')).body).toEqual({ items: [] });
    expect((await api.ask('GET', '/deployments?name=%25%5f%27%3b--')).body).toEqual({ items: [] });
  });

  it('refuse a cursor of another list, filter or tenant', async () => {
    const { body } = await api.ask('GET', '/deployments?limit=1');
    const cursor = body.nextCursor!;
    const { id } = await api.created();
    const other = await api.logIn('eve', 'acme');
    for (const [path, as] of [
      [`/deployments?limit=1&name=shop&cursor=${cursor}`, api.token],
      [`/deployments/${id}/runs?cursor=${cursor}`, api.token],
      [`/deployments?limit=1&cursor=${cursor}`, other],
      [`/deployments?cursor=${cursor.slice(0, -1)}`, api.token],
      ['/deployments?cursor=zzz', api.token],
    ] as const) {
      const answer = await api.ask('GET', path, { token: as });
      expect(answer).toMatchObject({
        status: 400,
        body: { code: 'invalid-parameter', errors: [{ pointer: '?cursor' }] },
      });
    }
  });

  it('are nobody else’s: another tenant sees the same as for an id that is none', async () => {
    const { id, runId } = await api.created();
    const other = await api.logIn('eve', 'acme');
    const random = systemIds.next();
    const same = async (...row: readonly [string, (given: string) => string, unknown?]) => {
      const [method, path, body] = row;
      const [own, none] = [
        await api.ask(method, path(id), { token: other, ...(body === undefined ? {} : { body }) }),
        await api.ask(method, path(random), { token: other, ...(body === undefined ? {} : { body }) }),
      ];
      expect([own.status, own.body.code, own.body.detail]).toEqual([404, none.body.code, none.body.detail]);
    };
    await same('GET', (given) => `/deployments/${given}`);
    for (const part of ['runs', 'revisions', 'resources', 'outputs', 'events', 'drift']) {
      await same('GET', (given) => `/deployments/${given}/${part}`);
    }
    for (const part of ['plan', 'execute', 'cancel', 'retry', 'rollback', 'scan']) {
      await same('POST', (given) => `/deployments/${given}/${part}`);
    }
    await same('DELETE', (given) => `/deployments/${given}`);
    await same('POST', () => '/drift/scans', { deploymentId: id });
    expect((await api.ask('GET', `/runs/${runId}`, { token: other })).status).toBe(404);
    expect((await api.ask('POST', `/runs/${runId}/cancel`, { token: other })).status).toBe(404);
    expect((await api.ask('GET', '/deployments', { token: other })).body.items).toEqual([]);
  });

  it('tell the history of a deployment in order, with who and why', async () => {
    const { id, runId } = await api.planned();
    const { body } = await api.ask('GET', `/deployments/${id}/events`);
    const facts = body.items.map(({ type }) => type.split('.')[2]);
    expect(facts.indexOf('plan-computed')).toBeGreaterThan(facts.indexOf('run-requested'));
    expect(facts).toContain('run-awaiting-approval');
    expect(body.complete).toBe(true);
    expect(body.items[0]).toMatchObject({ type: 'caisson.deployment.deployment-created.v1', sequence: 1 });
    expect(body.items[0]?.actor).toBe(principalIdOf(tenantIdOf('default'), 'mia'));
    const ofRun = (await api.ask('GET', `/runs/${runId}/events`)).body.items;
    expect(ofRun.length).toBeGreaterThan(2);
    expect(ofRun.every((item) => item.data['runId'] === runId)).toBe(true);
  });
});

describe('commands to a deployment', () => {
  it('are one command when they come twice with one key', async () => {
    for (const key of [systemIds.next(), 'any-text']) {
      const asked = { body: desired('twice'), headers: { 'idempotency-key': key } };
      const first = await api.ask('POST', '/deployments', asked);
      const before = await api.countEvents();
      const second = await api.ask('POST', '/deployments', asked);
      expect(second.status).toBe(202);
      expect(second.body).toEqual(first.body);
      expect(await api.countEvents()).toBe(before);
      const other = await api.ask('POST', '/deployments', { ...asked, body: desired('else') });
      expect(other).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
      expect(await api.countEvents()).toBe(before);
    }
  });

  it('are refused when their key was used to say something else', async () => {
    const { id } = await api.created();
    const headers = { 'idempotency-key': 'cancel-for-a-reason' };
    const cancel = (reason: string) => api.ask('POST', `/deployments/${id}/cancel`, { body: { reason }, headers });
    expect((await cancel('too dear')).status).toBe(202);
    expect((await cancel('too dear')).status).toBe(202);
    expect(await cancel('too late')).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });

  it('give the run of the first time when they are repeated later', async () => {
    const { id, runId } = await api.created();
    const cancel = { headers: { 'idempotency-key': 'cancel-1' } };
    expect((await api.ask('POST', `/deployments/${id}/cancel`, cancel)).body.run).toMatchObject({
      id: runId,
      state: 'cancelled',
    });
    const { headers } = await api.ask('GET', `/deployments/${id}`);
    const changed = await api.ask('PATCH', `/deployments/${id}`, {
      body: { ...desired(), environment: 'staging' },
      headers: { 'if-match': String(headers['etag']) },
    });
    expect(changed).toMatchObject({ status: 202, body: { run: { kind: 'update', revision: 2 } } });
    expect((await api.ask('POST', `/deployments/${id}/cancel`, cancel)).body.run).toMatchObject({ id: runId });
    expect((await api.ask('GET', `/runs/${changed.body.run.id}`)).body.state).not.toBe('cancelled');
  });

  it('that change what is desired must name the version they saw', async () => {
    const { id } = await api.created();
    await api.ask('POST', `/deployments/${id}/cancel`);
    const body = desired('renamed');
    const send = async (ifMatch?: string) =>
      api.ask('PATCH', `/deployments/${id}`, {
        body,
        ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }),
      });
    expect(await send()).toMatchObject({ status: 428, body: { code: 'precondition-required' } });
    const any = { code: 'precondition-failed', detail: expect.stringContaining('If-Match names no version') as string };
    expect(await send('*')).toMatchObject({ status: 412, body: any });
    expect(await send('W/"1"')).toMatchObject({ status: 412 });
    const stale = await send('"1"');
    expect(stale).toMatchObject({ status: 412, body: { code: 'deployment-version-conflict' } });
    expect(await send(String(stale.headers['etag']))).toMatchObject({ status: 202, body: { run: { kind: 'update' } } });
  });

  it('are refused while another run is active', async () => {
    const { id, runId } = await api.created();
    const { headers } = await api.ask('GET', `/deployments/${id}`);
    const answer = await api.ask('PATCH', `/deployments/${id}`, {
      body: desired('again'),
      headers: { 'if-match': String(headers['etag']) },
    });
    expect(answer).toMatchObject({ status: 409, body: { code: 'run-active', runId } });
    expect(answer.body.allowed).toContain('cancel');
  });

  it('scale and configure by runs of their kind, and refuse what cannot be planned', async () => {
    const servers = { ...desired('herd'), resources: [{ ...desired().resources[1]!, properties: {}, count: 2 }] };
    const { id, runId } = await api.ask('POST', '/deployments', { body: servers }).then(({ body }) => ({
      id: body.deployment.id,
      runId: body.run.id,
    }));
    const scale = (body: object, headers = {}) => api.ask('POST', `/deployments/${id}/scale`, { body, headers });
    expect(await scale({ resource: 'web', count: 3 })).toMatchObject({ status: 409, body: { code: 'run-active' } });
    await api.ask('POST', `/runs/${runId}/cancel`);
    expect(await scale({ resource: 'db', count: 3 })).toMatchObject({
      status: 422,
      body: { code: 'desired-state-invalid', errors: [{ pointer: '/resource' }] },
    });
    expect(await scale({ resource: 'web', count: 0 })).toMatchObject({ status: 400 });
    expect(await scale({ resource: 'web', count: 3 }, { 'if-match': '"1"' })).toMatchObject({ status: 412 });
    const key = { 'idempotency-key': systemIds.next() };
    const scaled = await scale({ resource: 'web', count: 3 }, key);
    expect(scaled).toMatchObject({ status: 202, body: { run: { kind: 'scale', revision: 2 } } });
    expect((await scale({ resource: 'web', count: 3 }, key)).body).toEqual(scaled.body);
    expect(await scale({ resource: 'web', count: 4 }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    await api.ask('POST', `/runs/${scaled.body.run.id}/cancel`);
    const body = { resources: { web: { properties: { flavor: 'm1.large' }, tags: { tier: 'web' } } } };
    const once = { 'idempotency-key': systemIds.next() };
    const configured = await api.ask('POST', `/deployments/${id}/configure`, { body, headers: once });
    expect((await api.ask('POST', `/deployments/${id}/configure`, { body, headers: once })).body).toEqual(
      configured.body,
    );
    const other = { resources: { web: { properties: { flavor: 'm1.small' } } } };
    expect(await api.ask('POST', `/deployments/${id}/configure`, { body: other, headers: once })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    expect(configured).toMatchObject({ status: 202, body: { run: { kind: 'configure', revision: 3 } } });
    expect((await api.ask('GET', `/deployments/${id}`)).body).toMatchObject({
      desired: { resources: [{ count: 3, properties: { flavor: 'm1.large' }, tags: { tier: 'web' } }] },
    });
    const { items } = (await api.ask('GET', `/deployments/${id}/revisions`)).body;
    expect(items).toMatchObject([{ revision: 3 }, { revision: 2 }, { revision: 1 }]);
    expect((await api.ask('GET', `/deployments/${id}/revisions/2`)).body).toEqual(items[1]);
    const absent = await api.ask('GET', `/deployments/${id}/revisions/4`);
    expect(absent).toMatchObject({ status: 404, body: { code: 'deployment-revision-not-found' } });
    expect(absent.body.detail).toContain('from 1 to 3');
    expect((await api.ask('GET', `/deployments/${id}/revisions/zero`)).status).toBe(404);
  });

  it('delete a deployment by its state', async () => {
    const { id } = await api.created();
    const answer = await api.ask('DELETE', `/deployments/${id}`);
    expect(answer).toMatchObject({ status: 202, body: { deployment: { id, status: 'deleted' } } });
    expect(answer.headers['location']).toBe(`/api/v1/deployments/${id}`);
    expect(answer.body).not.toHaveProperty('run'); // The one that was under way is cancelled; none follows.
    expect((await api.ask('GET', `/deployments/${id}`)).body.status).toBe('deleted');
    expect(await api.ask('POST', `/deployments/${id}/plan`)).toMatchObject({
      status: 409,
      body: { code: 'deployment-deleted' },
    });
  });
});

it('keeps ids of keys in the order of their time', async () => {
  const early = uuidV7(Date.parse('2020-01-01'), new Uint8Array(10));
  const late = uuidV7(Date.parse('2021-01-01'), new Uint8Array(10));
  const idFor = async (key: string): Promise<string> =>
    (await api.ask('POST', '/deployments', { body: desired(), headers: { 'idempotency-key': key } })).body.deployment
      .id;
  expect((await idFor(early)) < (await idFor(late))).toBe(true);
});
