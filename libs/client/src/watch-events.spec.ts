import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { collect } from './pages.js';
import { watchEvents } from './watch-events.js';

let stop: (() => Promise<unknown>) | undefined;
afterEach(() => stop?.());

type Answer = (response: ServerResponse) => void;

async function serverThat(...answers: Answer[]): Promise<{ url: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    answers[Math.min(asked.length, answers.length) - 1]?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const says =
  (text: string, end: 'ends' | 'is cut' = 'ends'): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text, () => (end === 'ends' ? response.end() : response.destroy()));
  };
const event = (place: number): string => `id: ${place}\ndata: {"id":"e${place}"}\n\n`;
const refuses =
  (status: number): Answer =>
  (response) => {
    const body = { code: 'refused', title: 'Refused', status };
    response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
  };

it('goes on after the last event or beat, however the stream ended, and gives each event once', async () => {
  const { asked, url } = await serverThat(
    says(`: beat\nid: 3\n\n${event(4)}retry: 1\n\n`),
    says(`${event(5)}id: 6\ndata: {"id":"half`, 'is cut'),
    refuses(503),
    says(`${event(6)}: beat\nid: 9\n\n`, 'is cut'),
    says(event(12)),
  );
  const reasons: string[] = [];
  const watched = watchEvents({ url, token: 't' }, { until: '12', onReconnect: (reason) => reasons.push(reason) });
  const seen = await collect(watched);
  expect(seen.map(({ event: { id }, place }) => `${place} ${id}`)).toEqual(['4 e4', '5 e5', '6 e6', '12 e12']);
  expect(asked.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '4', '5', '5', '9']);
  expect(reasons).toHaveLength(3);
});

it('asks for what is to be watched', async () => {
  const { asked, url } = await serverThat(says(event(1)));
  const options = { deployment: 'd', types: ['caisson.drift.*', 'caisson.planning.*'], after: '0', until: '1' };
  await collect(watchEvents({ url, token: async () => 'fresh' }, options));
  expect(asked[0]!.url).toBe('/api/v1/events?deployment=d&type=caisson.drift.*%2Ccaisson.planning.*');
  expect(asked[0]!.headers).toMatchObject({ 'last-event-id': '0', authorization: 'Bearer fresh' });
});

it('ends with the refusal of the API', async () => {
  const { asked, url } = await serverThat(refuses(403));
  await expect(collect(watchEvents({ url }))).rejects.toThrow('403 refused');
  expect(asked).toHaveLength(1);
});

it('ends with a problem where something else answers than a stream of events', async () => {
  const { asked, url } = await serverThat((response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Welcome</p>\n\n');
  });
  await expect(collect(watchEvents({ url }, { patienceMs: 300 }))).rejects.toThrow('200 not-the-api');
  expect(asked).toHaveLength(1);
});

it('gives up on streams that end before anything comes', async () => {
  const { url } = await serverThat(says(''));
  const watching = collect(watchEvents({ url }, { patienceMs: 300, signal: AbortSignal.timeout(5_000) }));
  await expect(watching).rejects.toThrow('ended before anything came');
});

it('gives up when nothing was heard for as long as it may take', async () => {
  const { url } = await serverThat(refuses(503));
  await expect(collect(watchEvents({ url }, { patienceMs: 300 }))).rejects.toThrow('503 refused');
});

it('ends quietly when it is no longer wanted', async () => {
  const { url } = await serverThat((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  });
  expect(await collect(watchEvents({ url }, { signal: AbortSignal.timeout(200) }))).toEqual([]);
});
