import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Fault, isRetryable, messageOf } from '@caisson/kernel';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { StateRequest, StateResponse, TerraformStateBackend } from './state-backend.js';
import { STATE_BYTES_MAX } from './state-document.js';

/** Where the backend is mounted: `/terraform/state/<deployment>/<unit>`. */
export const STATE_PATH = '/terraform/state';

/** Of a body that is too large; then the connection is cut. */
const READ_BYTES_MAX = 4 * 1024 * 1024 * 1024;

const METHODS = ['GET', 'POST', 'LOCK', 'UNLOCK', 'DELETE', 'PUT'];

/**
 * Mounts the backend under `/terraform/state/:deploymentId/:unitId`. Bodies stay bytes in these routes only; the
 * server's own parsers are not touched.
 */
export function registerStateBackend(fastify: FastifyInstance, backend: TerraformStateBackend): void {
  fastify.addHttpMethod('LOCK', { hasBody: true });
  fastify.addHttpMethod('UNLOCK', { hasBody: true });
  fastify.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request: FastifyRequest, sent: Readable) => bodyOf(sent));
    scope.addHook('onRequest', (request, _reply, next) => {
      // A proxy may pass an unlock on with an empty type; Fastify would refuse that before we see it.
      const { headers } = request.raw;
      if ((headers['content-type'] ?? '') === '') headers['content-type'] = 'application/octet-stream';
      next();
    });
    scope.route({
      method: METHODS,
      url: `${STATE_PATH}/:deploymentId/:unitId`,
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        if (request.body === TOO_LARGE) return reply.code(413).send();
        const body = Buffer.isBuffer(request.body) ? request.body : new Uint8Array();
        const stateRequest = toStateRequest(request, body);
        const answered =
          stateRequest === undefined ? undefined : await backend.handle(stateRequest).catch(faultResponse);
        if (answered === undefined) return reply.code(400).send();
        return reply.code(answered.status).headers(answered.headers).send(Buffer.from(answered.body));
      },
    });
    done();
  });
}

const TOO_LARGE = Symbol('too large');

/**
 * What was sent, whatever the server's own limit of a body is. What is too large is read to its end and not kept:
 * whoever is cut off while sending never sees the answer that says why.
 */
async function bodyOf(sent: Readable): Promise<Buffer | typeof TOO_LARGE> {
  const kept: Buffer[] = [];
  let length = 0;
  for await (const chunk of sent as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > READ_BYTES_MAX) throw new Fault('body-too-large', 'Nobody reads so much.', { retryable: false });
    if (length <= STATE_BYTES_MAX) kept.push(chunk);
    else kept.length = 0;
  }
  return length > STATE_BYTES_MAX ? TOO_LARGE : Buffer.concat(kept, length);
}

/** Reads the parts of a request that the backend needs. Undefined when the path is another one. */
function toStateRequest(
  head: { readonly method: string; readonly url: string; readonly headers: IncomingHttpHeaders },
  body: Uint8Array,
): StateRequest | undefined {
  const url = new URL(head.url, 'http://state.invalid');
  const [deploymentId, unitId, ...rest] = segmentsOf(url.pathname);
  if (deploymentId === undefined || unitId === undefined || rest.length > 0) return undefined;
  const lockId = url.searchParams.get('ID');
  const { authorization, 'content-md5': contentMd5 } = head.headers;
  return {
    method: head.method,
    deploymentId,
    unitId,
    body,
    ...(lockId === null ? {} : { lockId }),
    ...(authorization === undefined ? {} : { authorization }),
    ...(typeof contentMd5 === 'string' ? { contentMd5 } : {}),
  };
}

/** The answer for a fault of ours: Terraform asks again after 503, and gives up after 500 three times. */
function faultResponse(error: unknown): StateResponse {
  const status = isRetryable(error) || !(error instanceof Fault) ? 503 : 500;
  const body = Buffer.from(JSON.stringify({ reason: `The state store failed: ${messageOf(error)}` }));
  return { status, headers: { 'content-type': 'application/json' }, body };
}

function segmentsOf(pathname: string): readonly string[] {
  if (!pathname.startsWith(`${STATE_PATH}/`)) return [];
  try {
    return pathname
      .slice(STATE_PATH.length + 1)
      .split('/')
      .map(decodeURIComponent);
  } catch {
    return []; // Not percent-encoded text.
  }
}
