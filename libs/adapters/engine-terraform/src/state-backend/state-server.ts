import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Fault, isRetryable, messageOf } from '@caisson/kernel';
import type { StateRequest, StateResponse, TerraformStateBackend } from './state-backend.js';
import { STATE_BYTES_MAX } from './state-document.js';

/** Where the backend is mounted: `/terraform/state/<deployment>/<unit>`. */
export const STATE_PATH = '/terraform/state';

/** A server for Terraform processes of this machine. */
export interface StateServer {
  /** Base of the state addresses, such as `http://127.0.0.1:41234/terraform/state`. */
  readonly address: string;
  /** Stops listening and ends what is open. */
  close(): Promise<void>;
}

/** A Terraform that stopped talking must not hold a connection for ever. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Serves the backend on 127.0.0.1, for the Terraform processes that this process starts. Port 0: a free one. */
export async function startStateServer(backend: TerraformStateBackend, port = 0): Promise<StateServer> {
  const server = createServer((request, response) => {
    void answer(backend, request, response);
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  await listen(server, port);
  const { port: bound } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${bound}${STATE_PATH}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** Reads the parts of a request that the backend needs. Undefined when the path is another one. */
export function toStateRequest(
  head: { readonly method: string; readonly url: string; readonly headers: IncomingMessage['headers'] },
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
export function faultResponse(error: unknown): StateResponse {
  const status = isRetryable(error) || !(error instanceof Fault) ? 503 : 500;
  const body = Buffer.from(JSON.stringify({ reason: `The state store failed: ${messageOf(error)}` }));
  return { status, headers: { 'content-type': 'application/json' }, body };
}

async function answer(
  backend: TerraformStateBackend,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, headers, body } = await respond(backend, request).catch(faultResponse);
  response.writeHead(status, { ...headers, 'content-length': body.length });
  response.end(body);
}

async function respond(backend: TerraformStateBackend, request: IncomingMessage): Promise<StateResponse> {
  const body = await readBody(request);
  const { method = '', url = '', headers } = request;
  const stateRequest = toStateRequest({ method, url, headers }, body);
  return stateRequest === undefined ? NOT_HERE : backend.handle(stateRequest);
}

const NOT_HERE: StateResponse = { status: 400, headers: {}, body: new Uint8Array() };

/** Reads to the end, so that the sender gets an answer, but keeps no more than one byte beyond what is allowed. */
async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let room = STATE_BYTES_MAX + 1;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    if (room > 0) chunks.push(chunk.subarray(0, room));
    room -= chunk.length;
  }
  return Buffer.concat(chunks);
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

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}
