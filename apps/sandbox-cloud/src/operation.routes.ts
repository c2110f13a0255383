import type { FastifyInstance } from 'fastify';
import { armFault, clearFaults, FaultRequest } from './faults.js';
import { readLedger } from './ledger.js';
import { parseAround, parseBody, Refusal } from './refusal.js';
import { LedgerListQuery } from './request-parts.js';
import { readResource } from './resource-rows.js';
import type { CloudContext } from './resource.routes.js';

/** Routes around the resources: the ledger, faults, health, and the servers' own health checks. */
export function registerOperationRoutes(app: FastifyInstance, cloud: CloudContext): void {
  app.get('/healthz', async (_request, reply) => {
    await cloud.pool.query('select 1');
    return reply.send({ status: 'ok' });
  });

  app.get('/v1/ledger', async (request, reply) => {
    const items = await readLedger(cloud.pool, parseAround(LedgerListQuery, request.query, 'query'));
    return reply.send({ items });
  });

  app.post('/v1/faults', async (request, reply) => {
    const id = await armFault(cloud.pool, parseBody(FaultRequest, request.body));
    return reply.code(201).send({ id });
  });

  app.delete('/v1/faults', async (_request, reply) => {
    await clearFaults(cloud.pool);
    return reply.code(204).send();
  });

  app.get('/servers/:id/healthz', async (request, reply) => {
    const { id } = request.params as { readonly id: string };
    const server = /^srv-[0-9a-f]{16}$/.test(id) ? await readResource(cloud.pool, { type: 'server', id }) : undefined;
    if (server === undefined) {
      const detail = 'No server answers here. It was removed, or never made.';
      throw new Refusal({ status: 404, code: 'server-not-found', detail });
    }
    return reply.code(server.status === 'active' ? 200 : 503).send({ status: server.status, name: server.name });
  });
}
