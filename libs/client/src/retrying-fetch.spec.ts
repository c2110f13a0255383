import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { CaissonClient } from './caisson-client.js';
import { problemOf } from './problem.js';

type Answer = (response: ServerResponse) => void;

let stop: (() => Promise<unknown>) | undefined;
afterEach(() => stop?.());

/** A server that gives these answers one after the other, and the last one from then on. */
async function serverThat(...answers: Answer[]): Promise<{ url: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    request.resume();
    request.once('end', () => answers[Math.min(asked.length, answers.length) - 1]?.(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const refuse =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (response) => {
    const body = { code: 'refused', title: 'Refused', status };
    response.writeHead(status, { 'content-type': 'application/problem+json', ...headers }).end(JSON.stringify(body));
  };
const cut: Answer = (response) => response.destroy();
const accept: Answer = (response) =>
  response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify({ run: { id: 'r' } }));

describe('a command', () => {
  it('is sent again under the same key until there is an answer', async () => {
    const { asked, url } = await serverThat(cut, refuse(503), refuse(502), refuse(429), accept);
    expect(await new CaissonClient({ url, token: 't' }).cancel('r')).toEqual({ run: { id: 'r' } });
    expect(asked).toHaveLength(5);
    expect(new Set(asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(asked.map(({ headers }) => headers['authorization'])).toEqual(Array(5).fill('Bearer t'));
  });

  it('has another key than the one before', async () => {
    const { asked, url } = await serverThat(accept);
    const client = new CaissonClient({ url });
    await client.cancel('r');
    await client.cancel('r');
    expect(new Set(asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
  });

  it('that was refused is not sent again', async () => {
    const { asked, url } = await serverThat(refuse(409), accept);
    await expect(new CaissonClient({ url }).cancel('r')).rejects.toThrow('409 refused');
    expect(asked).toHaveLength(1);
  });

  it('that is still carried out under its key is asked for again when the API says', async () => {
    const { asked, url } = await serverThat(refuse(409, { 'retry-after': '0' }), accept);
    await new CaissonClient({ url }).cancel('r');
    expect(asked).toHaveLength(2);
  });
});

describe('the patience', () => {
  it('waits as long as Retry-After says', async () => {
    const { url } = await serverThat(refuse(503, { 'retry-after': '1' }), accept);
    const startedAt = performance.now();
    await new CaissonClient({ url }).cancel('r');
    expect(performance.now() - startedAt).toBeGreaterThan(990);
  });

  it('ends: the last answer is the result', async () => {
    const { asked, url } = await serverThat(refuse(503));
    const client = new CaissonClient({ url, patienceMs: 700 });
    expect(await client.run('r').catch(problemOf)).toMatchObject({ code: 'refused', status: 503 });
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.length).toBeLessThan(8); // The waits grow.
  });

  it('is not begun where Retry-After is longer', async () => {
    const { asked, url } = await serverThat(refuse(429, { 'retry-after': '3600' }));
    await expect(new CaissonClient({ url }).run('r')).rejects.toThrow('429');
    expect(asked).toHaveLength(1);
  });

  it('does not take another server for the API', async () => {
    const { url } = await serverThat((response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<p>'));
    await expect(new CaissonClient({ url }).run('r')).rejects.toThrow('Is the address right?');
  });
});
