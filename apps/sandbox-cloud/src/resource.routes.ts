import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Json, JsonObject } from '@caisson/kernel';
import type pg from 'pg';
import { changeResource, createResource, notFound, removeResource, type Written } from './effects.js';
import { takeFault } from './faults.js';
import { hangUp, misbehave, type Misbehaviour } from './misbehave.js';
import { parseAround, parseBody, Refusal } from './refusal.js';
import { ResourceListQuery, writeContextOf } from './request-parts.js';
import { listResources, readResource } from './resource-rows.js';
import { CREATE_BODIES, RESOURCE_TYPES, UPDATE_BODIES, type ResourceType } from './resource-types.js';
import { represent, type Resource } from './resource.js';

/** What the routes need. */
export interface CloudContext {
  readonly pool: pg.Pool;
  /** Where the cloud is reached, without a slash at the end. */
  baseUrl(): string;
  /** Aborted when the cloud stops. */
  readonly stopping: AbortSignal;
}

/** One request of one resource type, on its way to an answer. */
interface Exchange {
  readonly cloud: CloudContext;
  readonly type: ResourceType;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

const GARBAGE = '{"items": [{"id": 7, "status": ';

/** Routes of every resource type: make, list, read, change, remove. */
export function registerResourceRoutes(app: FastifyInstance, cloud: CloudContext): void {
  for (const type of RESOURCE_TYPES) {
    const collection = `/v1/${type}s`;
    app.post(collection, (request, reply) => create({ cloud, type, request, reply }));
    app.get(collection, (request, reply) => list({ cloud, type, request, reply }));
    app.get(`${collection}/:id`, (request, reply) => read({ cloud, type, request, reply }));
    app.patch(`${collection}/:id`, (request, reply) => change({ cloud, type, request, reply }));
    app.delete(`${collection}/:id`, (request, reply) => remove({ cloud, type, request, reply }));
  }
}

async function create(exchange: Exchange): Promise<FastifyReply> {
  const { cloud, type, request } = exchange;
  const context = writeContextOf(request);
  const { name, tags, labels, ...properties } = parseBody(CREATE_BODIES[type], request.body);
  const wrong = await goWrong(exchange, [name]);
  const written = await createResource(
    cloud.pool,
    { type, name, tags, labels, properties },
    { context, mode: wrong.mode },
  );
  return answer(exchange, wrong, { written, status: 201 });
}

async function list(exchange: Exchange): Promise<FastifyReply> {
  const { cloud, type, request } = exchange;
  const query = parseAround(ResourceListQuery, request.query, 'query');
  const found = await listResources(cloud.pool, { ...query, type });
  const names = [...found.map((resource) => resource.name), ...(query.name === undefined ? [] : [query.name])];
  const body = {
    items: found.map((resource) => represent(resource, cloud.baseUrl())),
    more: found.length === query.limit,
  };
  return answerRead(exchange, await goWrong(exchange, names), body);
}

async function read(exchange: Exchange): Promise<FastifyReply> {
  const { cloud } = exchange;
  const resource = await find(exchange);
  return answerRead(exchange, await goWrong(exchange, [resource.name]), represent(resource, cloud.baseUrl()));
}

async function change(exchange: Exchange): Promise<FastifyReply> {
  const { cloud, type, request } = exchange;
  const context = writeContextOf(request);
  const { name, tags, status, ...others } = parseBody(UPDATE_BODIES[type], request.body);
  const properties: JsonObject = Object.fromEntries(
    Object.entries<Json | undefined>(others).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  const resource = await find(exchange);
  const wrong = await goWrong(exchange, [resource.name]);
  const target = { type, id: resource.id, change: { name, tags, status, properties } };
  const written = await changeResource(cloud.pool, target, { context, mode: wrong.mode });
  return answer(exchange, wrong, { written, status: 200 });
}

async function remove(exchange: Exchange): Promise<FastifyReply> {
  const { cloud, type, request } = exchange;
  const context = writeContextOf(request);
  const resource = await find(exchange);
  const wrong = await goWrong(exchange, [resource.name]);
  const written = await removeResource(cloud.pool, { type, id: resource.id }, { context, mode: wrong.mode });
  return answer(exchange, wrong, { written, status: 204 });
}

/** The fault that fits the request, begun. @throws Refusal when the fault is to fail. */
async function goWrong(exchange: Exchange, names: readonly string[]): Promise<Misbehaviour> {
  const { cloud, type } = exchange;
  const { method } = exchange.request;
  const wrong = await misbehave(await takeFault(cloud.pool, { method, type, names }), cloud.stopping);
  if (wrong.failWith === undefined) return wrong;
  const { status, code = 'fault-requested' } = wrong.failWith;
  const detail = `A fault on request makes this ${method} of a ${type} fail with ${code}. Nothing was done.`;
  throw new Refusal({ status, code, detail });
}

async function find({ cloud, type, request }: Exchange): Promise<Resource> {
  const { id } = request.params as { readonly id: string };
  const resource = /^[a-z]{3}-[0-9a-f]{16}$/.test(id) ? await readResource(cloud.pool, { type, id }) : undefined;
  if (resource === undefined) throw new Refusal(notFound(type, id.slice(0, 64)));
  return resource;
}

function answer(
  { cloud, reply }: Exchange,
  wrong: Misbehaviour,
  { written, status }: { readonly written: Written; readonly status: 200 | 201 | 204 },
): FastifyReply {
  if (wrong.loseAnswer) return hangUp(reply);
  if (written.outcome === 'refused') throw new Refusal(written.problem);
  if (status === 204) return reply.code(204).send();
  const { resource, repeated } = written;
  if (status === 201) void reply.header('location', `/v1/${resource.type}s/${resource.id}`);
  return reply.code(repeated ? 200 : status).send(represent(resource, cloud.baseUrl()));
}

function answerRead({ reply }: Exchange, wrong: Misbehaviour, body: JsonObject): FastifyReply {
  if (wrong.loseAnswer) return hangUp(reply);
  if (wrong.mode === 'none') return reply.type('application/json').send(GARBAGE);
  return reply.send(body);
}
