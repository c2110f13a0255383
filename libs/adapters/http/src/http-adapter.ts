import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { BODY_BYTES_MAX, bodyRulesOf } from './body-rules.js';
import { edgeProblem } from './edge-problems.js';
import type { HttpProblem } from './problem.js';
import { problemOfError, unsupportedType } from './problem-of-error.js';
import { PROBLEM_MEDIA_TYPE, problemDocument } from './problem-document.js';
import { requestIdOf } from './request-context.js';
import { RouteTable } from './route-table.js';
import { answerClientError, refuseManyHeaders, SERVER_LIMITS, type ServerLimits } from './server-limits.js';
import { parseStrictJson } from './strict-json.js';
import { refuseHostileQuery } from './strict-query.js';

/** The longest: the address of a callback, which names tenant, run and unit, with its signature. */
const PARAM_LENGTH_MAX = 400;

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

/** Where the server stands. */
export interface HttpAdapterOptions {
  /** Proxies of ours before it: from so many, `X-Forwarded-For` is believed. Default none. */
  readonly trustedProxyHops?: number;
  /** Those that differ from `SERVER_LIMITS`. */
  readonly limits?: Partial<ServerLimits>;
}

/**
 * The HTTP server under every service: limits on size, time and shape, strict JSON, request ids, security headers, and
 * problem documents for what never reaches a handler. Give it to `NestFactory.create` and call `prepareHttp` on the
 * app.
 */
export function createHttpAdapter({ limits, trustedProxyHops = 0 }: HttpAdapterOptions = {}): FastifyAdapter {
  const { checkEveryMs, connectionsMax, keepAliveMs, requestMs } = { ...SERVER_LIMITS, ...limits };
  const adapter = new HardenedFastifyAdapter({
    bodyLimit: BODY_BYTES_MAX,
    // The host header is checked below, with an answer that can be read.
    http: { requireHostHeader: false, connectionsCheckingInterval: checkEveryMs },
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    forceCloseConnections: 'idle',
    return503OnClosing: false, // Its own 503 says neither why nor when to come again; what arrived is answered.
    requestIdHeader: false,
    genReqId: requestIdOf,
    trustProxy: (_address, hop) => hop < trustedProxyHops,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      prepareReply(request, reply);
      sendProblem(problemOfError(error).problem, request, reply);
    },
    clientErrorHandler: answerClientError,
  });
  // Nest types the instance with its own request; ours is Fastify's, which it is.
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.server.maxConnections = connectionsMax;
  fastify.server.headersTimeout = requestMs; // Node takes the longer of the two for bodies: its own would be 60 s.
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
  if (!hasOneHost(request.raw)) return edgeProblem('bad-request', 'Send exactly one Host header.');
  const crowded = refuseManyHeaders(request.raw);
  if (crowded !== undefined) return crowded;
  if (request.is404) return unknownRoute(request, routes);
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return unsupportedType();
  return refuseHostileQuery(request.url);
}

/** As RFC 9112, section 3.2, wants it: with two, a proxy and we could each believe another one. */
function hasOneHost({ httpVersion, rawHeaders }: IncomingMessage): boolean {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count === 1 || (count === 0 && httpVersion === '1.0');
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
