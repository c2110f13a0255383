import { routesOf, type DescribedRoute } from '@caisson/http';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { desired, useApi } from '../api.harness.js';
import { API_CONTROLLERS } from './api-document.js';

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

  it('is read page by page, or says why not', () => {
    expect(lists.length).toBeGreaterThan(12);
    const cut = paged.filter(({ operation, read }) => {
      const query = read.query instanceof z.ZodObject ? Object.keys(read.query.shape) : [];
      const isPage = operation.answer instanceof z.ZodObject && 'nextCursor' in operation.answer.shape;
      return !isPage || !query.includes('limit') || !query.includes('cursor');
    });
    expect(cut.map(({ id }) => id)).toEqual([]);
    expect(lists.filter(({ operation }) => operation.unpaged === '')).toEqual([]);
  });
});
