import type { FastifyInstance } from 'fastify';
import type { Metrics } from '@caisson/observability';
import type { Health, ServiceStatus } from './health.js';

/** Adds liveness, readiness and metrics to a server: what every service answers, whatever else it serves. */
export function addOperationsRoutes(fastify: FastifyInstance, health: Health, metrics: Metrics): void {
  const probes = {
    '/livez': (status: ServiceStatus) => status.alive,
    '/readyz': (status: ServiceStatus) => status.ready,
    '/health': (status: ServiceStatus) => status.ready,
    '/health/live': (status: ServiceStatus) => status.alive,
    '/health/ready': (status: ServiceStatus) => status.ready,
  };
  for (const [path, isWell] of Object.entries(probes)) {
    fastify.get(path, async (_request, reply) => {
      const status = await health.status();
      await reply.code(isWell(status) ? 200 : 503).send(status);
    });
  }
  fastify.get('/metrics', async (request, reply) => {
    const { contentType, text } = await metrics.scrape(request.headers.accept);
    await reply.header('content-type', contentType).send(text);
  });
}
