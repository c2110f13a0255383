import { randomUUID } from 'node:crypto';
import { createServer, STATUS_CODES, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { edgeProblem } from './edge-problems.js';
import type { HttpProblem } from './problem.js';
import { PROBLEM_MEDIA_TYPE, problemDocument } from './problem-document.js';

/** How long a client may take, and how many may be there. The block of headers has Node's own limit of 16 KiB. */
export const SERVER_LIMITS = {
  /** For a whole request, headers included. */
  requestMs: 15_000,
  /** Between two requests of one connection. */
  keepAliveMs: 5_000,
  /** How often requests are looked at that take too long; Node's own default is twice the limit. */
  checkEveryMs: 1_000,
  /** Open at once; one more is closed as soon as it comes. Live streams have a lower limit of their own. */
  connectionsMax: 10_000,
};

/** How long and how many, as `SERVER_LIMITS` has it. */
export type ServerLimits = typeof SERVER_LIMITS;

/** Headers of one request. Node would leave out those after the 2,000th without a word. */
export const HEADERS_MAX = 100;

/** A server that was not made by `createHttpAdapter`, with the same limits and answers to what is not HTTP. */
export function createLimitedServer(listener: RequestListener): Server {
  const server = createServer(
    // A missing host is for the application behind it to refuse: its answer can be read.
    { requireHostHeader: false, connectionsCheckingInterval: SERVER_LIMITS.checkEveryMs },
    listener,
  );
  server.requestTimeout = SERVER_LIMITS.requestMs;
  server.headersTimeout = SERVER_LIMITS.requestMs;
  server.keepAliveTimeout = SERVER_LIMITS.keepAliveMs;
  server.maxConnections = SERVER_LIMITS.connectionsMax;
  server.on('clientError', answerClientError);
  return server;
}

/** Says so when a request has more headers than `HEADERS_MAX`. */
export function refuseManyHeaders({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): HttpProblem | undefined {
  if (rawHeaders.length / 2 <= HEADERS_MAX) return undefined;
  return edgeProblem('headers-too-large', `Send at most ${HEADERS_MAX} headers.`);
}

/** Answers what Node could not read as HTTP. There is no request object: the answer goes straight to the socket. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
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
      return edgeProblem('request-timeout', `Send the whole request within ${SERVER_LIMITS.requestMs / 1000} s.`);
    default:
      return edgeProblem('bad-request', 'The bytes are not an HTTP/1.1 request. Use an HTTP client library.');
  }
}
