import type { FastifyInstance } from 'fastify';
import { expect, it } from 'vitest';
import { createHttpAdapter } from './http-adapter.js';

const FORWARDED = { 'x-forwarded-for': '203.0.113.7, 10.0.0.5' };

it.each([
  [0, '127.0.0.1'],
  [1, '10.0.0.5'],
  [2, '203.0.113.7'],
  [9, '203.0.113.7'],
])('behind %i proxies the caller is at %s', async (trustedProxyHops, address) => {
  const fastify = createHttpAdapter({ trustedProxyHops }).getInstance<FastifyInstance>();
  fastify.get('/', (request) => Promise.resolve({ ip: request.ip }));
  const answer = await fastify.inject({ method: 'GET', url: '/', headers: FORWARDED });
  expect(answer.json()).toEqual({ ip: address });
});
