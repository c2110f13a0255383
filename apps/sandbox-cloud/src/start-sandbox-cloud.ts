import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { openDatabase } from './database.js';
import { registerOperationRoutes } from './operation.routes.js';
import { PROBLEM_MEDIA_TYPE, problemBody, type Problem } from './problem.js';
import { Refusal } from './refusal.js';
import { registerResourceRoutes } from './resource.routes.js';

/** How to start a cloud. */
export interface SandboxCloudOptions {
  /** Postgres that it may make a schema `sandbox_cloud` in. */
  readonly databaseUrl: string;
  /** Default 127.0.0.1: there is no log-in, so it is for this machine only. */
  readonly host?: string;
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Called with faults of the cloud itself. */
  readonly onError?: (error: unknown) => void;
}

/** A running cloud. */
export interface SandboxCloud {
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  /** Ends delays, answers what is under way, and lets go of the database. */
  close(): Promise<void>;
}

const CLOSE_GRACE_MS = 500;
const BODY_BYTES_MAX = 256 * 1024;
const PARAMETER_CHARACTERS_MAX = 300;

/** Starts a cloud and waits until it answers. @throws whatever the database or the port say. */
export async function startSandboxCloud(options: SandboxCloudOptions): Promise<SandboxCloud> {
  const pool = await openDatabase(options.databaseUrl);
  const stop = new AbortController();
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    routerOptions: { maxParamLength: PARAMETER_CHARACTERS_MAX },
    forceCloseConnections: 'idle',
  });
  let url = '';
  const cloud = { pool, baseUrl: () => url, stopping: stop.signal };
  answerProblems(app, options.onError ?? ignore);
  registerResourceRoutes(app, cloud);
  registerOperationRoutes(app, cloud);
  try {
    url = await app.listen({ host: options.host ?? '127.0.0.1', port: options.port ?? 0 });
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    url,
    close: async () => {
      stop.abort();
      // A connection on which nothing was ever asked is not idle to Node; it would hold the server up for a minute.
      const grace = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS);
      await app.close();
      clearTimeout(grace);
      await pool.end();
    },
  };
}

function ignore(): void {
  return undefined;
}

/** Every answer that is no success is a problem document. */
function answerProblems(app: FastifyInstance, onError: (error: unknown) => void): void {
  app.setNotFoundHandler((request, reply) => {
    const detail = `There is no ${request.method} ${request.url.slice(0, 200)}. See the resource types under /v1.`;
    const problem = { status: 404, code: 'route-not-found', detail };
    return reply.code(404).type(PROBLEM_MEDIA_TYPE).send(problemBody(problem));
  });
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const problem = problemFor(error);
    if (!(error instanceof Refusal) && problem.status >= 500) onError(error);
    return reply.code(problem.status).type(PROBLEM_MEDIA_TYPE).send(problemBody(problem));
  });
}

function problemFor(error: FastifyError | Refusal): Problem {
  if (error instanceof Refusal) return error.problem;
  if (error.statusCode !== undefined && error.statusCode < 500) {
    const detail = `${error.message.replace(/\.?$/, '.')} Correct the request and send it again.`;
    return { status: error.statusCode, code: 'request-malformed', detail };
  }
  const detail = 'The cloud could not do this now; its database may be away. Look at what is there, then try again.';
  return { status: 503, code: 'cloud-unavailable', detail };
}
