import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BODY_BYTES_MAX, bodyRulesOf } from './body-rules.js';
import { edgeProblem } from './edge-problems.js';
import type { HttpProblem } from './problem.js';
import { problemOfError, unsupportedType } from './problem-of-error.js';
import { PROBLEM_MEDIA_TYPE, problemDocument } from './problem-document.js';
import { requestIdOf } from './request-context.js';
import { RouteTable } from './route-table.js';
import { parseStrictJson } from './strict-json.js';
import { refuseHostileQuery } from './strict-query.js';

const REQUEST_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_TIMEOUT_MS = 5_000;
const PARAM_LENGTH_MAX = 200;

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

/** Bodies are read by our own parser, so Nest must not add its own. */
class HardenedFastifyAdapter extends FastifyAdapter {
  override registerParserMiddleware(): void {
    // Intentionally nothing: see `readBody`.
  }
}

/**
 * The HTTP server under every service: limits on size, time and shape, strict JSON, request ids, security headers, and
 * problem documents for what never reaches a handler. Give it to `NestFactory.create` and call `prepareHttp` on the
 * app.
 */
export function createHttpAdapter(): FastifyAdapter {
  const adapter = new HardenedFastifyAdapter({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    requestIdHeader: false,
    genReqId: requestIdOf,
    trustProxy: false,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      prepareReply(request, reply);
      sendProblem(problemOfError(error).problem, request, reply);
    },
    clientErrorHandler: answerClientError,
  });
  // Nest types the instance with its own request; ours is Fastify's, which it is.
  const fastify = adapter.getInstance<FastifyInstance>();
  const routes = new RouteTable();
  fastify.addHook('onRoute', (route) => {
    routes.add(route.method, route.url);
    route.bodyLimit = bodyRulesOf(route.config).bytesMax;
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    prepareReply(request, reply);
    done(problemBeforeBody(request, routes));
  });
  readBodies(fastify);
  return adapter;
}

function prepareReply(request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
}

/** What can be refused before a byte of the body is read. */
function problemBeforeBody(request: FastifyRequest, routes: RouteTable): HttpProblem | undefined {
  if (request.is404) return unknownRoute(request, routes);
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return unsupportedType();
  return refuseHostileQuery(request.url);
}

function unknownRoute(request: FastifyRequest, routes: RouteTable): HttpProblem {
  const methods = routes.methodsOf(request.url.split('?')[0] ?? '');
  if (methods.length === 0 || methods.includes(request.method)) {
    return edgeProblem('route-not-found', 'Check the address; /docs lists all there are.');
  }
  const allow = methods.join(', ');
  return edgeProblem('method-not-allowed', { detail: `Use one of: ${allow}.`, headers: { allow } });
}

function readBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      done(null, readBody(request, body));
    } catch (error) {
      done(error as Error);
    }
  });
}

function readBody(request: FastifyRequest, body: Buffer): unknown {
  if (bodyRulesOf(request.routeOptions.config).kind === 'raw') return body;
  if (body.length > 0 && !isJson(request.headers['content-type'])) throw unsupportedType();
  return parseStrictJson(body);
}

function isJson(contentType: string | undefined): boolean {
  const [mediaType = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  if (!/^application\/(?:json|[a-z0-9.-]+\+json)$/.test(mediaType.trim())) return false;
  return parameters.every((parameter) => /^\s*(?:charset\s*=\s*"?utf-?8"?\s*)?$/.test(parameter));
}

function sendProblem(problem: HttpProblem, request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers(problem.headers).status(problem.status).type(PROBLEM_MEDIA_TYPE);
  void reply.send(problemDocument(problem, request));
}

/** Answers what Node could not read as HTTP. There is no request object: the answer goes straight to the socket. */
function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = clientProblem(error.code);
  const id = randomUUID();
  const body = JSON.stringify(problemDocument(problem, { id, url: '', headers: {} }));
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? 'Error'}`,
    `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${id}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

function clientProblem(code: string | undefined): HttpProblem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return edgeProblem('headers-too-large', 'Send fewer or shorter headers: at most 16 KiB in all.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return edgeProblem('request-timeout', `Send the whole request within ${REQUEST_TIMEOUT_MS / 1000} s.`);
    default:
      return edgeProblem('bad-request', 'The bytes are not an HTTP/1.1 request. Use an HTTP client library.');
  }
}
