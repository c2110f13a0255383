import { createHttpAdapter } from '@caisson/http';
import { Metrics } from '@caisson/observability';
import type { FastifyInstance } from 'fastify';
import { expect, it } from 'vitest';
import { Health } from './health.js';
import { addOperationsRoutes } from './operations-routes.js';

it('a scrape during a shutdown is answered with what there is, though storage is closed', async () => {
  const [health, metrics] = [new Health(), new Metrics(false)];
  metrics.counter('caisson_things_total', 'Things.').inc(3);
  metrics.beforeScrape(() => Promise.reject(new Error('Cannot use a pool after calling end on the pool')));
  const fastify = createHttpAdapter().getInstance<FastifyInstance>();
  addOperationsRoutes(fastify, health, metrics);
  health.drain();
  const scraped = await fastify.inject({ method: 'GET', url: '/metrics' });
  expect([scraped.statusCode, scraped.headers['content-type']]).toEqual([200, expect.stringContaining('text/plain')]);
  expect(scraped.body).toContain('caisson_things_total 3\n');
  expect((await fastify.inject({ method: 'GET', url: '/readyz' })).statusCode).toBe(503);
  expect((await fastify.inject({ method: 'GET', url: '/livez' })).statusCode).toBe(200);
  await fastify.close();
});
