import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { expect, it } from 'vitest';
import { createHttpAdapter } from './http-adapter.js';

it('answers a request that arrives while the server closes, not with a 503 that is no problem', async () => {
  const fastify = createHttpAdapter().getInstance<FastifyInstance>();
  fastify.get('/here', () => Promise.resolve({ said: 'here' }));
  await fastify.listen({ host: '127.0.0.1', port: 0 });
  const arrived = once(fastify.server, 'connection') as Promise<[NodeJS.EventEmitter]>;
  const socket = connect((fastify.server.address() as AddressInfo).port, '127.0.0.1');
  let heard = '';
  socket.on('data', (piece) => (heard += piece.toString()));

  socket.write('GET /here HTTP/1.1\r\nHost: a\r\n');
  const [connection] = await arrived;
  await once(connection, 'data');
  const closed = fastify.close();
  await new Promise((resolve) => setImmediate(resolve));
  socket.write('\r\n');
  await Promise.all([once(socket, 'close'), closed]);

  expect(heard).toMatch(/^HTTP\/1\.1 200 /);
  expect(heard).toMatch(/^connection: close/im);
  expect(heard).toContain('"said":"here"');
});
