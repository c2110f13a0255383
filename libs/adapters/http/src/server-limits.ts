import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { edgeProblem } from './edge-problems.js';
import type { HttpProblem } from './problem.js';
import { PROBLEM_MEDIA_TYPE, problemDocument } from './problem-document.js';

/** How long a client may take. Headers have Node's own limit of 16 KiB. */
export const SERVER_LIMITS = {
  /** For a whole request, headers included. */
  requestMs: 15_000,
  /** Between two requests of one connection. */
  keepAliveMs: 5_000,
} as const;

/** Gives a server that was not made by `createHttpAdapter` the same limits, and answers to what is not HTTP. */
export function limitServer(server: Server): void {
  server.requestTimeout = SERVER_LIMITS.requestMs;
  server.headersTimeout = SERVER_LIMITS.requestMs;
  server.keepAliveTimeout = SERVER_LIMITS.keepAliveMs;
  server.on('clientError', answerClientError);
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
