import type { FastifyInstance } from 'fastify';
import type { TerraformStateBackend } from './state-backend.js';
import { STATE_BYTES_MAX } from './state-document.js';
import { faultResponse, STATE_PATH, toStateRequest } from './state-server.js';

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
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: STATE_BYTES_MAX }, (_request, body, parsed) => {
      parsed(null, body);
    });
    scope.route({
      method: METHODS,
      url: `${STATE_PATH}/:deploymentId/:unitId`,
      exposeHeadRoute: false,
      handler: async (request, reply) => {
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
