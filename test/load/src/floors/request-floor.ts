import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import pg from 'pg';

// FL12: Fastify and one durable insert per request, pool of 16; FL12g: the same with group commit; beside it a select
// by primary key, and an insert of a body whose HMAC-SHA256 is checked. The database is in its first argument, the
// secret of the signatures in its second.

const POOL_MAX = 16;
const GROUP_MAX = 256;
const SECRET = process.argv[3] ?? '';

const pool = new pg.Pool({ connectionString: process.argv[2], max: POOL_MAX });
await pool.query(
  'create table if not exists thing (id bigint generated always as identity primary key, body json not null)',
);

const insert = (body: unknown) =>
  pool.query({ name: 'insert', text: 'insert into thing (body) values ($1)', values: [JSON.stringify(body)] });

interface Waiting {
  readonly body: string;
  resolve(): void;
  reject(error: unknown): void;
}

let waiting: Waiting[] = [];
let isWriting = false;

/** Callers gather while a statement is on its way. */
async function writeGroups(): Promise<void> {
  if (isWriting) return;
  isWriting = true;
  while (waiting.length > 0) {
    const group = waiting.slice(0, GROUP_MAX);
    waiting = waiting.slice(GROUP_MAX);
    const text = 'insert into thing (body) select unnest($1::text[])::json';
    try {
      await pool.query({ name: 'group', text, values: [group.map(({ body }) => body)] });
      for (const { resolve } of group) resolve();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
  isWriting = false;
}

const body = {
  type: 'object',
  required: ['name', 'resources'],
  properties: { name: { type: 'string' }, resources: { type: 'array', items: { type: 'object' } } },
};

const app = fastify();
app.post('/one', { schema: { body } }, async (request, reply) => {
  await insert(request.body);
  return reply.code(202).send({ ok: true });
});
app.post('/grouped', { schema: { body } }, async (request, reply) => {
  await new Promise<void>((resolve, reject) => {
    waiting.push({ body: JSON.stringify(request.body), resolve, reject });
    void writeGroups();
  });
  return reply.code(202).send({ ok: true });
});
app.get<{ Params: { id: string } }>('/thing/:id', async (request, reply) => {
  const text = 'select body from thing where id = $1';
  const { rows } = await pool.query<{ body: object }>({ name: 'select', text, values: [request.params.id] });
  const [row] = rows;
  return row === undefined ? reply.code(404).send({}) : row.body;
});
await app.register(async (scope) => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes));
  scope.post<{ Body: Buffer }>('/signed', async (request, reply) => {
    const expected = Buffer.from(`sha256=${createHmac('sha256', SECRET).update(request.body).digest('hex')}`);
    const given = Buffer.from(String(request.headers['x-hub-signature-256']));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return reply.code(401).send({});
    await insert(JSON.parse(request.body.toString('utf8')));
    return reply.code(202).send({ ok: true });
  });
});
await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.((app.server.address() as AddressInfo).port);
