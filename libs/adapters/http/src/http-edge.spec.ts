import {
  Body,
  Controller,
  Get,
  HttpCode,
  Logger as NestLogger,
  Module,
  Param,
  Patch,
  Post,
  Query,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { describeEvents, EDGE_PROBLEMS, ROLE_PERMISSIONS } from '@caisson/contracts';
import { Fault, uuidV7 } from '@caisson/kernel';
import { currentStory, Metrics, type Logger } from '@caisson/observability';
import jwt from 'jsonwebtoken';
import { createSecretKey } from 'node:crypto';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AccessGuard } from './access.guard.js';
import { Authenticator, bearerTokenOf, credentialProblem } from './authenticator.js';
import { ReadBody } from './body-rules.js';
import { Rates } from './rates.js';
import { CalledBy, type Caller } from './caller.js';
import { DocsModule } from './docs.module.js';
import { createHttpAdapter } from './http-adapter.js';
import { prepareHttp } from './prepare-http.js';
import { openApiOf } from './open-api.js';
import { Operation } from './operation.js';
import { SessionTokens } from './session-tokens.js';
import { TokenKeys } from './token-keys.js';

const Thing = z
  .strictObject({
    name: z.string().min(1).max(10),
    size: z.int().min(0).max(10).default(1),
    free: z.record(z.string(), z.json()).optional(),
  })
  .refine((thing) => thing.name !== 'bad', 'must not be bad');
const Filter = z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50) });
const Id = z.uuid();
const TENANT = uuidV7(1, new Uint8Array(10));
const KEY = 'k'.repeat(32);
const NOW = '2026-03-02T10:00:00.000Z';

@UseGuards(AccessGuard)
@Controller('things')
class ThingsController {
  @Post()
  @HttpCode(202)
  @Operation({ summary: 'Make a thing', access: 'deployment:create', answer: Thing })
  create(@Body({ schema: Thing }) body: unknown, @CalledBy() caller: Caller): unknown {
    told.push(currentStory());
    return { body, caller };
  }

  @Get()
  @Operation({ summary: 'List things', access: 'deployment:read' })
  list(@Query({ schema: Filter }) query: unknown): unknown {
    return query;
  }

  @Get('fail/:how')
  @Operation({ summary: 'Fail', access: 'public' })
  fail(@Param('how') how: string): unknown {
    if (how === 'away') throw new Fault('store-unavailable', 'connect to 10.0.0.1 refused', { retryable: true });
    if (how === 'data') throw new Error('x', { cause: Object.assign(new Error('invalid byte'), { code: '22021' }) });
    throw new TypeError(`secret ${how}`);
  }

  @Get(':id')
  @Operation({ summary: 'Read a thing', access: 'authenticated' })
  one(@Param('id', { schema: Id }) id: string): unknown {
    return { id };
  }

  @Patch(':id')
  @Operation({ summary: 'Change a thing', access: 'system:admin' })
  change(): unknown {
    return {};
  }
}

@Controller('raw')
class RawController {
  @Post()
  @ReadBody({ kind: 'raw', bytesMax: 1024 * 1024 })
  raw(@Body() body: Buffer): unknown {
    return { bytes: body.length, isBuffer: Buffer.isBuffer(body) };
  }
}

const clock = { now: () => NOW };
const keys = new TokenKeys([{ keyId: 'k1', algorithm: 'HS256', key: createSecretKey(Buffer.from(KEY)) }]);
const tokens = new SessionTokens({ issuer: 'caisson', audience: 'api', keys, accessLifetimeMs: 1_800_000 }, clock);
const authenticator: Authenticator = {
  authenticate: async (headers) => {
    const checked = tokens.checkAccess(bearerTokenOf(headers));
    if (checked.outcome !== 'valid') throw credentialProblem(`token-${checked.outcome}`);
    return { ...checked.claims, permissions: ROLE_PERMISSIONS[checked.claims.role] };
  },
};
const document = openApiOf({
  title: 't',
  version: '1',
  description: '',
  controllers: [ThingsController],
  names: { Thing },
  problems: EDGE_PROBLEMS,
});

@Module({
  imports: [DocsModule.register({ document, events: describeEvents(), problems: EDGE_PROBLEMS })],
  controllers: [ThingsController, RawController],
  providers: [
    { provide: Authenticator, useValue: authenticator },
    { provide: Rates, useValue: { admit: async () => undefined } },
  ],
})
class TestModule {}

let app: NestFastifyApplication;
let reports: object[] = [];
let answered: object[] = [];
const told: unknown[] = [];
const metrics = new Metrics(false);
const subject = {
  principalId: uuidV7(2, new Uint8Array(10)),
  tenantId: TENANT,
  username: 'mia',
  role: 'admin',
  sessionId: uuidV7(3, new Uint8Array(10)),
} as const;
const bearer = { authorization: `Bearer ${tokens.issueAccess(subject).token}` };

beforeAll(async () => {
  NestLogger.overrideLogger(false);
  app = await NestFactory.create<NestFastifyApplication>(TestModule, createHttpAdapter());
  const log = {
    error: (fields: object) => reports.push(fields),
    info: (fields: object) => answered.push(fields),
  } as unknown as Logger;
  prepareHttp(app, { log, metrics });
  await app.init();
});
afterAll(() => app.close());
beforeEach(() => {
  reports = [];
  answered = [];
});

interface Asked {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

async function ask(options: Parameters<NestFastifyApplication['inject']>[0]): Promise<Asked> {
  const { statusCode, headers, payload } = await app.inject(options as never);
  const text = payload;
  const isJson = String(headers['content-type']).includes('json');
  return { status: statusCode, headers, text, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} };
}

const post = (payload: string | Buffer, headers: Record<string, string> = {}, url = '/things') =>
  ask({ method: 'POST', url, payload, headers: { 'content-type': 'application/json', ...bearer, ...headers } });

describe('the access log', () => {
  it('says who asked for what by the template of the route, and how that went', async () => {
    await post('{"name":"a"}');
    await post('{}', { authorization: 'Bearer none' });
    expect(answered).toMatchObject([
      { method: 'POST', route: '/things', status: '202', tenantId: TENANT, principalId: subject.principalId },
      { method: 'POST', route: '/things', status: '401', tenantId: undefined },
    ]);
  });

  it('is not alone: what a handler logs names the request and the tenant too', async () => {
    await post('{"name":"a"}', { 'x-request-id': 'r-2' });
    expect(told.at(-1)).toEqual({ correlationId: 'r-2', tenantId: TENANT });
  });
});

describe('bodies', () => {
  it('passes what fits, with defaults, to the handler', async () => {
    const answer = await post('{"name":"a"}', {
      'x-request-id': 'r-1',
      'content-type': 'application/json; charset=UTF-8',
    });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ body: { name: 'a', size: 1 }, caller: { tenantId: TENANT, requestId: 'r-1' } });
    expect(answer.headers).toMatchObject({ 'x-request-id': 'r-1', 'x-content-type-options': 'nosniff' });
  });

  it.each([
    ['{"name":', 400, 'invalid-json', undefined],
    ['', 400, 'invalid-request', ''],
    ['null', 400, 'invalid-request', ''],
    ['[]', 400, 'invalid-request', ''],
    ['"x"', 400, 'invalid-request', ''],
    ['{}', 400, 'invalid-request', '/name'],
    ['{"name":1}', 400, 'invalid-request', '/name'],
    ['{"name":"a","tenantId":"x"}', 400, 'invalid-request', '/tenantId'],
    ['{"name":"a","size":"1"}', 400, 'invalid-request', '/size'],
    ['{"name":"a","size":-1}', 400, 'invalid-request', '/size'],
    ['{"name":"a","size":2147483648}', 400, 'invalid-request', '/size'],
    ['{"name":"a","size":9223372036854775808}', 400, 'invalid-number', '/size'],
    ['{"name":"a","size":1e400}', 400, 'invalid-number', '/size'],
    ['{"name":"a\\u0000"}', 400, 'invalid-text', '/name'],
    ['{"name":"a","free":{"x":["\\udfff"]}}', 400, 'invalid-text', '/free/x/0'],
    ['{"name":"a","free":{"__proto__":{"polluted":1}}}', 400, 'forbidden-key', '/free/__proto__'],
    ['{"name":"a","name":"b"}', 400, 'duplicate-key', '/name'],
    [`{"name":"a","free":${'{"x":'.repeat(3000)}1${'}'.repeat(3000)}}`, 400, 'json-too-deep', undefined],
    [`{"name":"a","free":${'['.repeat(15000)}${']'.repeat(15000)}}`, 400, 'json-too-deep', undefined],
    [`{"name":"${'x'.repeat(300_000)}"}`, 413, 'body-too-large', undefined],
    ['{"name":"bad"}', 422, 'unprocessable-request', ''],
  ])('%.60s is %i %s', async (...row) => {
    const [payload, status, code, pointer] = row;
    const answer = await post(payload);
    expect(answer).toMatchObject({ status, body: { status, code, type: `/docs/errors#${code}`, instance: '/things' } });
    expect(answer.headers['content-type']).toContain('application/problem+json');
    if (pointer !== undefined) expect(answer.body['errors']).toMatchObject([{ pointer }]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(reports).toEqual([]);
  });

  it.each([
    ['text/xml', undefined],
    ['application/x-www-form-urlencoded', undefined],
    ['application/json; charset=utf-16', undefined],
    ['nonsense', undefined],
    ['application/json', 'gzip'],
  ])('a body of type %s, encoded as %s, is 415', async (type, encoding) => {
    const headers = { 'content-type': type, ...(encoding === undefined ? {} : { 'content-encoding': encoding }) };
    expect(await post('{"name":"a"}', headers)).toMatchObject({
      status: 415,
      body: { code: 'unsupported-media-type' },
    });
  });

  it('refuses a body where none is read', async () => {
    const answer = await ask({ method: 'PATCH', url: `/things/${TENANT}`, payload: { a: 1 }, headers: bearer });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });

  it('gives raw bytes where a handler asks for them, up to its own limit', async () => {
    const big = Buffer.alloc(600_000, 0xff);
    expect((await post(big, { 'content-type': 'x/y' }, '/raw')).body).toEqual({ bytes: 600_000, isBuffer: true });
    expect((await post(Buffer.alloc(1_100_000), {}, '/raw')).status).toBe(413);
  });
});

describe('a Host', () => {
  const over = async (hosts: string): Promise<string> => {
    const { port } = app.getHttpServer().address() as AddressInfo;
    return new Promise((resolve, reject) => {
      let received = '';
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(`GET /things/fail/x HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`),
      );
      socket.on('data', (chunk) => (received += chunk.toString()));
      socket.once('close', () => {
        resolve(received);
      });
      socket.once('error', reject);
    });
  };
  beforeAll(() => app.listen(0, '127.0.0.1'));

  it.each([
    ['is missing', ''],
    ['comes twice', 'Host: a\r\nhost: b\r\n'],
  ])('that %s is 400', async (_what, hosts) => {
    const answer = await over(hosts);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"bad-request"');
  });

  it('that comes once is what is asked for', async () => {
    expect(await over('Host: a\r\n')).toMatch(/^HTTP\/1\.1 500 /);
    reports = [];
  });
});

describe('addresses', () => {
  it.each([
    ['GET', '/nowhere', 404, 'route-not-found'],
    ['POST', '/nowhere', 404, 'route-not-found'],
    ['DELETE', '/things', 405, 'method-not-allowed'],
    ['GET', '/things/abc', 404, 'not-found'],
    ['GET', '/things/%00', 404, 'not-found'],
    ['GET', '/things/%zz', 400, 'invalid-url'],
    ['GET', '/things/%c0%af', 400, 'invalid-url'],
    ['GET', `/things/${'x'.repeat(10_000)}`, 414, 'url-too-long'],
    ['GET', '/things//', 404, 'route-not-found'],
    ['GET', '/things?limit=abc', 400, 'invalid-parameter'],
    ['GET', '/things?limit=-1', 400, 'invalid-parameter'],
    ['GET', '/things?limit=0', 400, 'invalid-parameter'],
    ['GET', '/things?limit=1e9', 400, 'invalid-parameter'],
    ['GET', '/things?limit=1&limit=2', 400, 'invalid-parameter'],
    ['GET', '/things?limit[]=1', 400, 'invalid-parameter'],
    ['GET', '/things?limit[a]=1', 400, 'invalid-parameter'],
    ['GET', '/things?offset=9223372036854775808', 400, 'invalid-parameter'],
    ['GET', '/things?__proto__=1', 400, 'invalid-parameter'],
    ['GET', '/things?limit=%00', 400, 'invalid-parameter'],
    ['GET', '/things?limit=%ff', 400, 'invalid-parameter'],
    ['GET', `/things?limit=${'1'.repeat(5000)}`, 414, 'url-too-long'],
    ['GET', `/things/${TENANT}?x=1`, 400, 'invalid-parameter'],
  ] as const)('%s %.60s is %i %s', async (...row) => {
    const [method, url, status, code] = row;
    const answer = await ask({
      method,
      url,
      headers: { ...bearer, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
    });
    expect(answer).toMatchObject({ status, body: { status, code, traceId: 'a'.repeat(32) } });
    expect(answer.headers['x-request-id']).toBe(answer.body['requestId']);
  });

  it('names a place once that has several errors', async () => {
    const answer = await ask({ method: 'GET', url: '/things?limit=9007199254740993', headers: bearer });
    expect(answer.body).toMatchObject({ detail: 'Correct ?limit and send it again.', errors: [{}, {}] });
  });

  it('names the methods that an address knows', async () => {
    expect((await ask({ method: 'DELETE', url: '/things' })).headers['allow']).toBe('GET, HEAD, POST');
  });

  it('answers a request id of its own when the given one is not harmless', async () => {
    const answer = await ask({ method: 'GET', url: '/things', headers: { ...bearer, 'x-request-id': 'a b<script>' } });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('failures', () => {
  it.each([
    ['away', 503, 'service-unavailable'],
    ['data', 422, 'unprocessable-request'],
    ['other', 500, 'internal-error'],
  ])('%s is %i %s, reported and without a word about the inside', async (how, status, code) => {
    const answer = await ask({ method: 'GET', url: `/things/fail/${how}` });
    expect(answer).toMatchObject({ status, body: { code } });
    expect(answer.text).not.toMatch(/10\.0\.0\.1|invalid byte|secret/);
    expect(reports).toMatchObject([{ code, route: '/things/fail/:how' }]);
    if (status === 503)
      expect(answer).toMatchObject({ headers: { 'retry-after': '2' }, body: { reason: 'store-unavailable' } });
  });
});

describe('metrics', () => {
  it('count by route template, never by address', async () => {
    await ask({ method: 'GET', url: `/things/${TENANT}`, headers: bearer });
    await ask({ method: 'GET', url: '/nowhere-at-all' });
    const text = await metrics.text();
    expect(text).toContain('route="/things/:id",status="200"');
    expect(text).toContain('route="unmatched",status="404"');
    expect(text).not.toContain('nowhere-at-all');
  });
});

describe('tokens', () => {
  const now = Date.parse(NOW) / 1000;
  const claims = {
    sub: subject.principalId,
    tenant: TENANT,
    sid: subject.sessionId,
    jti: 'j',
    username: 'mia',
    role: 'admin',
    iss: 'caisson',
    aud: 'api',
    iat: now,
    nbf: now,
    exp: now + 600,
  };
  const header = { alg: 'HS256', typ: 'at+jwt', kid: 'k1' };
  const refreshToken = tokens.issueRefresh({ ...subject, generation: 1 }, '2026-03-09T10:00:00.000Z').token;
  const sign = (payload: object, head: object = header, key = KEY) =>
    jwt.sign(JSON.parse(JSON.stringify(payload)) as object, key, { algorithm: 'HS256', header: head as jwt.JwtHeader });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it('lets a good token in, a clock 60 s off included', async () => {
    const late = sign({ ...claims, nbf: now + 50, exp: now + 600 });
    for (const token of [sign(claims), late, sign({ ...claims, iat: now - 600, nbf: now - 600, exp: now - 50 })]) {
      expect((await ask({ method: 'GET', url: '/things', headers: { authorization: `Bearer ${token}` } })).status).toBe(
        200,
      );
    }
  });

  it.each([
    ['nothing', undefined, 'token-missing'],
    ['an empty bearer', 'Bearer ', 'token-invalid'],
    ['Bearer null', 'Bearer null', 'token-invalid'],
    ['another scheme', `Basic ${Buffer.from('a:b').toString('base64')}`, 'token-invalid'],
    ['an ended token', `Bearer ${sign({ ...claims, iat: now - 700, nbf: now - 700, exp: now - 61 })}`, 'token-expired'],
    ['a token of another key', `Bearer ${sign(claims, header, 'x'.repeat(32))}`, 'token-invalid'],
    ['a key id that is not ours', `Bearer ${sign(claims, { ...header, kid: '../../etc/passwd' })}`, 'token-invalid'],
    ['alg none', `Bearer ${part({ ...header, alg: 'none' })}.${part(claims)}.`, 'token-invalid'],
    ['alg nOnE', `Bearer ${part({ ...header, alg: 'nOnE' })}.${part(claims)}.`, 'token-invalid'],
    ['a stripped signature', `Bearer ${sign(claims).split('.').slice(0, 2).join('.')}.`, 'token-invalid'],
    [
      'HS512',
      `Bearer ${jwt.sign(claims, KEY, { algorithm: 'HS512', header: { ...header, alg: 'HS512' } })}`,
      'token-invalid',
    ],
    ['no typ', `Bearer ${sign(claims, { alg: 'HS256', kid: 'k1', typ: undefined })}`, 'token-invalid'],
    ['typ JWT', `Bearer ${sign(claims, { ...header, typ: 'JWT' })}`, 'token-invalid'],
    ['crit', `Bearer ${sign(claims, { ...header, crit: ['x'] })}`, 'token-invalid'],
    ['jku', `Bearer ${sign(claims, { ...header, jku: 'http://127.0.0.1:1/' })}`, 'token-invalid'],
    ['no exp', `Bearer ${sign({ ...claims, exp: undefined })}`, 'token-invalid'],
    ['exp in 2099', `Bearer ${sign({ ...claims, exp: 4_070_908_800 })}`, 'token-invalid'],
    ['nbf in the future', `Bearer ${sign({ ...claims, nbf: now + 61 })}`, 'token-invalid'],
    ['another issuer', `Bearer ${sign({ ...claims, iss: 'other' })}`, 'token-invalid'],
    ['another audience', `Bearer ${sign({ ...claims, aud: 'other' })}`, 'token-invalid'],
    ['no jti', `Bearer ${sign({ ...claims, jti: undefined })}`, 'token-invalid'],
    ['no session', `Bearer ${sign({ ...claims, sid: undefined })}`, 'token-invalid'],
    ['a refresh token', `Bearer ${refreshToken}`, 'token-invalid'],
    ['no tenant', `Bearer ${sign({ ...claims, tenant: undefined })}`, 'token-invalid'],
    ['an unknown role', `Bearer ${sign({ ...claims, role: 'root' })}`, 'token-invalid'],
    ['10 kB', `Bearer ${'x'.repeat(10_000)}`, 'token-invalid'],
  ])('%s is 401', async (_reason, authorization, code) => {
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await ask({ method: 'GET', url: '/things', headers });
    expect(answer).toMatchObject({ status: 401, body: { code } });
    expect(answer.headers['www-authenticate']).toContain('Bearer');
  });

  it('is 403 when the role lacks the permission', async () => {
    const viewer = {
      authorization: `Bearer ${sign({ ...claims, role: 'viewer' })}`,
      'content-type': 'application/json',
    };
    const answer = await ask({ method: 'POST', url: '/things', headers: viewer, payload: '{"name":"a"}' });
    expect(answer).toMatchObject({ status: 403, body: { code: 'permission-denied', permission: 'deployment:create' } });
  });
});

describe('idempotency keys', () => {
  const commandOf = async (key?: string) => {
    const { body } = await post('{"name":"a"}', key === undefined ? {} : { 'idempotency-key': key });
    return (body['caller'] as { commandId: string }).commandId;
  };

  it('name the command: the same key is the same command, no key a fresh one', async () => {
    expect(await commandOf('k')).toBe(await commandOf('k'));
    expect(await commandOf('k')).not.toBe(await commandOf('l'));
    expect(await commandOf()).not.toBe(await commandOf());
  });

  it('are refused when they are no key', async () => {
    expect(await post('{"name":"a"}', { 'idempotency-key': 'x'.repeat(10_000) })).toMatchObject({ status: 400 });
  });
});

describe('documents', () => {
  it('serves the AsyncAPI document at both of its addresses', async () => {
    for (const url of ['/asyncapi.json', '/api/v1/asyncapi.json']) {
      const { body, status } = await ask({ method: 'GET', url });
      expect([status, body]).toEqual([200, describeEvents()]);
    }
  });

  it('serves the OpenAPI document that follows from the routes', async () => {
    const { body } = await ask({ method: 'GET', url: '/api/v1/openapi.json' });
    expect(body).toMatchObject({
      openapi: '3.1.1',
      paths: {
        '/things': {
          post: {
            operationId: 'create',
            security: [{ accessToken: [] }],
            requestBody: {
              required: true,
              content: { 'application/json': { schema: { $ref: '#/components/schemas/ThingInput' } } },
            },
            responses: { 202: {}, 400: {}, 401: {}, 403: {}, 413: {}, 415: {}, 500: {}, 503: {} },
          },
          get: { parameters: [{ name: 'limit', in: 'query', required: false, schema: { default: 50, maximum: 200 } }] },
        },
        '/things/{id}': { get: { parameters: [{ name: 'id', in: 'path', required: true }] } },
      },
    });
    const text = JSON.stringify(body);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      expect(body).toHaveProperty(['components', 'schemas', name!]);
    }
    expect(text).not.toContain('__shared');
  });

  it('serves the page to read it, from this server alone', async () => {
    const page = await ask({ method: 'GET', url: '/docs' });
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    for (const [, path] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(path).toMatch(/^\/docs\//);
      expect((await ask({ method: 'GET', url: path! })).status).toBe(200);
    }
    expect((await ask({ method: 'GET', url: '/docs/assets/package.json' })).status).toBe(404);
    expect((await ask({ method: 'GET', url: '/docs/errors' })).text).toContain('id="token-expired"');
  });
});
