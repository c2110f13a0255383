import { engineCall, unitOf } from '@caisson/testing';
import { expect, it } from 'vitest';
import { SandboxEngine } from './sandbox-engine.js';

const unit = unitOf('network', 'network', { cidr: '10.0.0.0/24' });
const nothingThere = (): Response => Response.json({ items: [], more: false });

/** An engine whose reads work and whose writes end as given. */
function engineWith(write: () => Promise<Response>, read = async () => nothingThere()): SandboxEngine {
  return new SandboxEngine({
    baseUrl: 'http://cloud.invalid',
    fetch: (_url, init) => (init?.method === 'GET' ? read() : write()),
  });
}

const failing = (code: string) => () => Promise.reject(new TypeError('fetch failed', { cause: { code } }));
const answering =
  (status: number, body: unknown = {}) =>
  async () =>
    Response.json(body, { status });

it.each<[string, () => Promise<Response>, string]>([
  ['the connection was never made', failing('ECONNREFUSED'), 'transient'],
  ['the answer was lost', failing('ECONNRESET'), 'unknown'],
  ['the server broke', answering(500), 'unknown'],
  ['the gateway gave up', answering(504), 'unknown'],
  ['the server was busy', answering(503), 'transient'],
  ['the caller was too fast', answering(429), 'transient'],
  ['the request was refused', answering(422, { code: 'flavor-unknown', detail: 'No such flavor.' }), 'permanent'],
  ['another holder acts', answering(409, { code: 'fenced', detail: 'Stop.' }), 'permanent'],
  ['the answer is garbage', answering(201, { id: 7 }), 'unknown'],
])('a write after which %s is not mistaken', async (_what, write, errorClass) => {
  const failure: unknown = await engineWith(write)
    .apply({ unit }, engineCall())
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'EngineFailure', errorClass });
});

it.each<[string, () => Promise<Response>]>([
  ['no answer', failing('ECONNRESET')],
  ['a broken server', answering(500)],
  ['garbage', async () => new Response('{"items": [')],
  ['a list of something else', answering(200, { items: [{ id: 7 }], more: false })],
  ['not found where a list must be', answering(404)],
])('%s on a read is unreadable, never absent', async (_what, read) => {
  const engine = engineWith(answering(500), read);
  expect(await engine.observe(unit, engineCall())).toMatchObject({ outcome: 'unreadable' });
  const failure: unknown = await engine.apply({ unit }, engineCall()).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'EngineFailure' });
});

it('gives up on a cloud that does not answer', async () => {
  const never = (_url: unknown, init?: RequestInit): Promise<Response> =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
    });
  const engine = new SandboxEngine({ baseUrl: 'http://cloud.invalid', readTimeoutMs: 10, fetch: never });
  expect(await engine.observe(unit, engineCall())).toMatchObject({ outcome: 'unreadable' });
});
