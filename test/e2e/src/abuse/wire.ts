import { request as open, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Problem } from '@caisson/client';

/** One request over HTTP, as a client library would send it. */
export interface Sent {
  /** Default: POST with a body, GET without. */
  readonly method?: string;
  readonly path: string;
  /** Text and bytes go as they are; anything else as JSON. */
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** The answer has no end: its head is enough. */
  readonly isStream?: true;
}

/** Bytes that no client library would send. */
export interface RawSent {
  readonly raw: string;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as JSON; an empty object where it is none. */
  readonly body: Readonly<Record<string, unknown>> & Partial<Problem>;
}

const LIMIT_MS = 20_000;

/** Sends a request from one of the addresses of this machine, on a connection of its own. */
export function send(url: string, from: string, sent: Sent | RawSent): Promise<Answer> {
  return 'raw' in sent ? sendRaw(url, from, sent.raw) : sendOne(url, from, sent);
}

function sendOne(url: string, from: string, sent: Sent): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const { body, headers = {}, path, token } = sent;
  const payload = bytesOf(body);
  return new Promise((resolve, reject) => {
    const request = open(
      {
        ...{ hostname, port, path, localAddress: from, agent: false, timeout: LIMIT_MS },
        method: sent.method ?? (payload === undefined ? 'GET' : 'POST'),
        headers: {
          ...(payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': payload.length }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        } as Record<string, string>,
      },
      (response) => {
        resolve(sent.isStream === true ? headOf(response) : wholeOf(response));
      },
    );
    request.once('timeout', () => request.destroy(new Error(`no answer to ${path} in ${LIMIT_MS} ms`)));
    request.once('error', reject); // An answer may come before all of the body was sent: the first of both counts.
    request.end(payload);
  });
}

function bytesOf(body: unknown): Buffer | undefined {
  if (body === undefined || Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function headOf(response: IncomingMessage): Answer {
  response.destroy();
  return answerOf(response, '');
}

async function wholeOf(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return answerOf(response, Buffer.concat(chunks).toString());
}

function answerOf({ headers, statusCode }: IncomingMessage, text: string): Answer {
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  return { status: statusCode ?? 0, headers: Object.fromEntries(texts), text, body: jsonOf(text) };
}

/** Writes bytes to a socket and reads what comes until the other side hangs up: all answers, if there are several. */
function sendRaw(url: string, from: string, raw: string): Promise<Answer> {
  const { hostname: host, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect({ host, port: Number(port), localAddress: from }, () => socket.write(raw, 'latin1'));
    socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error(`the connection stayed open for ${LIMIT_MS} ms`)));
    socket.on('data', (chunk) => (received += chunk.toString()));
    socket.once('close', () => {
      resolve(readRaw(received));
    });
    socket.once('error', reject);
  });
}

/** The first answer on a connection; `text` is everything from its body on. */
function readRaw(received: string): Answer {
  const [head = '', ...rest] = received.split('\r\n\r\n');
  const [start = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => [line.split(':', 1)[0]?.toLowerCase() ?? '', line.replace(/^[^:]*: */, '')]);
  const text = rest.join('\r\n\r\n');
  const names = Object.fromEntries(headers) as Record<string, string>;
  const length = Number(names['content-length'] ?? text.length);
  const body = jsonOf(Buffer.from(text).subarray(0, length).toString());
  return { status: Number(start.split(' ')[1] ?? 0), headers: names, text, body };
}

function jsonOf(text: string): Answer['body'] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Answer['body']) : {};
  } catch {
    return {}; // Not every answer is JSON: a stream, a page, nothing.
  }
}
