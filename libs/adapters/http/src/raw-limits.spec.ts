import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Metrics, type Logger } from '@caisson/observability';
import { eventually } from '@caisson/testing';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createHttpAdapter } from './http-adapter.js';
import { prepareHttp } from './prepare-http.js';
import { HEADERS_MAX } from './server-limits.js';

/** The limits of the edge, met from a bare socket: nothing of a client library makes the bytes better than they are. */

@Controller()
class EchoController {
  @Get('alive')
  alive(): unknown {
    return { alive: true };
  }

  @Post('echo')
  echo(@Body() body: unknown): unknown {
    return { kind: typeof body };
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

const LIMITS = { requestMs: 600, keepAliveMs: 300, checkEveryMs: 50, connectionsMax: 8 };
const KIBIBYTE = 1024;

let app: NestFastifyApplication;
const sockets = new Set<Socket>();
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => void unhandled.push(reason);

beforeAll(async () => {
  process.on('unhandledRejection', onUnhandled);
  app = await start(LIMITS);
});
afterEach(async () => {
  hangUp();
  await eventually('the server has noticed', async () => (await connectionsOf(app)) === 0);
  expect(await ask('GET /alive HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toContain('{"alive":true}');
  expect(unhandled).toEqual([]);
});
afterAll(async () => {
  process.off('unhandledRejection', onUnhandled);
  await app.close();
});

async function start(limits: typeof LIMITS): Promise<NestFastifyApplication> {
  const started = await NestFactory.create<NestFastifyApplication>(EchoModule, createHttpAdapter({ limits }), {
    logger: false,
  });
  prepareHttp(started, { log: { error: () => undefined } as unknown as Logger, metrics: new Metrics(false) });
  await started.listen(0, '127.0.0.1');
  return started;
}

const portOf = (of: NestFastifyApplication): number => (of.getHttpServer().address() as AddressInfo).port;

/** Connections that the server has, as it sees it. */
const connectionsOf = (of: NestFastifyApplication): Promise<number> =>
  promisify((done: (error: Error | null, count: number) => void) => of.getHttpServer().getConnections(done))();

/** A connection and all that came over it so far. */
interface Line {
  readonly socket: Socket;
  readonly text: () => string;
  readonly isClosed: () => boolean;
}

function dial(port = portOf(app)): Line {
  const socket = connect(port, '127.0.0.1');
  sockets.add(socket);
  let [text, closed] = ['', false];
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.on('error', () => undefined); // Reset by the server: `close` follows.
  socket.on('close', () => (closed = true));
  return { socket, text: () => text, isClosed: () => closed };
}

function hangUp(): void {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
}

/** Sends bytes and gives what came until the server closed. */
async function ask(bytes: string): Promise<string> {
  const line = dial();
  line.socket.write(bytes);
  await eventually('the server closes', () => line.isClosed());
  return line.text();
}

function expectProblem(answer: string, status: number, code: string): void {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head.split('\r\n')[0]).toContain(` ${status} `);
  expect(head.toLowerCase()).toContain('application/problem+json');
  const problem = JSON.parse(body) as { detail: string };
  expect(problem).toMatchObject({ status, code });
  expect(problem.detail).toMatch(/\.$/); // A sentence that says what to do.
}

const post = (body: string, headers = `content-length: ${Buffer.byteLength(body)}`) =>
  `POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n${headers}\r\n\r\n${body}`;
const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers}\r\n`;
const many = (count: number, one: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => one(i)).join('');
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const keys = (count: number) => `{${Array.from({ length: count }, (_, index) => `"k${index}":1`).join()}}`;
const items = (count: number) => `[${Array.from({ length: count }, () => '1').join()}]`;
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const CHUNKED = 'transfer-encoding: chunked';

const tooBig = 'x'.repeat(256 * KIBIBYTE);
it.each([
  ['a body of 256 KiB and more', post(`"${tooBig}"`), 413, 'body-too-large'],
  ['a length that promises 1 GB', post('', 'content-length: 1000000000'), 413, 'body-too-large'],
  ['chunks of 256 KiB and more', post(`${chunk(`"${tooBig}"`)}0\r\n\r\n`, CHUNKED), 413, 'body-too-large'],
  ['33 levels', post(nested(33)), 400, 'json-too-deep'],
  ['100,000 levels', post(nested(100_000)), 400, 'json-too-deep'],
  ['2,001 keys', post(keys(2001)), 400, 'json-too-big'],
  ['an array of 1,001', post(items(1001)), 400, 'json-too-big'],
  ['a text of 64 KiB and more', post(`"${'x'.repeat(64 * KIBIBYTE + 1)}"`), 400, 'json-too-big'],
  ['headers of 16 KiB and more', get('/alive', `x: ${'x'.repeat(16 * KIBIBYTE)}\r\n`), 431, 'headers-too-large'],
  [
    'headers without end',
    get(
      '/alive',
      many(60_000, (i) => `h${i}: 1\r\n`),
    ),
    431,
    'headers-too-large',
  ],
  [
    'too many headers',
    get(
      '/alive',
      many(HEADERS_MAX, (i) => `h${i}: 1\r\n`),
    ),
    431,
    'headers-too-large',
  ],
  ['an address of 16 KiB and more', get(`/${'x'.repeat(16 * KIBIBYTE)}`), 431, 'headers-too-large'],
  ['a query of 4 KiB and more', get(`/alive?x=${'x'.repeat(4 * KIBIBYTE)}`), 414, 'url-too-long'],
  ['a parameter twice', get('/alive?a=1&a=2'), 400, 'invalid-parameter'],
  ['no host', 'GET /alive HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'bad-request'],
  ['a line that is no request', 'hello\r\n\r\n', 400, 'bad-request'],
])('%s is a problem', async (...row) => {
  const [, bytes, status, code] = row;
  expectProblem(await ask(bytes), status, code);
});

it.each([
  ['32 levels', nested(32)],
  ['2,000 keys', keys(2000)],
  ['an array of 1,000', items(1000)],
  ['a text of 64 KiB', `"${'x'.repeat(64 * KIBIBYTE - 2)}"`],
])('%s is taken', async (_what, body) => {
  expect(await ask(post(body))).toContain('HTTP/1.1 201 ');
});

it.each([
  ['headers that drip', 'GET /alive HTTP/1.1\r\nhost: x\r\n', 'x-drip: 1\r\n'],
  [
    'a body that drips',
    'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n',
    ' ',
  ],
])('%s have the time of one request, whatever keeps coming', async (_what, start, drop) => {
  const line = dial();
  line.socket.write(start);
  const dripping = setInterval(() => line.socket.writable && line.socket.write(drop), 50);
  await eventually('the server closes', () => line.isClosed());
  clearInterval(dripping);
  expectProblem(line.text(), 408, 'request-timeout');
});

it('a connection that asks nothing more is closed without a word', async () => {
  const line = dial();
  line.socket.write('GET /alive HTTP/1.1\r\nhost: x\r\n\r\n');
  await eventually('an answer', () => line.text().includes('{"alive":true}'));
  await eventually('the server closes', () => line.isClosed());
  expect(line.text().match(/HTTP\/1\.1/g)).toHaveLength(1);
});

it('one connection too many is closed, and the others are answered', async () => {
  const ample = await start({ ...LIMITS, requestMs: 60_000, keepAliveMs: 60_000 }); // The others have time.
  try {
    const open = Array.from({ length: LIMITS.connectionsMax }, () => dial(portOf(ample)));
    for (const { socket } of open) socket.write('GET /alive HTTP/1.1\r\nhost: x\r\nx-more: ');
    await eventually('all are taken', async () => (await connectionsOf(ample)) === LIMITS.connectionsMax);
    const extra = dial(portOf(ample));
    extra.socket.write(get('/alive'));
    await eventually('the server closes', () => extra.isClosed());
    expect(extra.text()).toBe('');
    for (const { socket } of open) socket.write('1\r\nconnection: close\r\n\r\n');
    await eventually('answers', () => open.every(({ text }) => text().includes('{"alive":true}')));
  } finally {
    hangUp();
    await ample.close();
  }
});
