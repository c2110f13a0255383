import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan, RunResource, RunState } from '@caisson/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exitCodeOf, messageFor } from './exit-codes.js';
import { createProgram } from './program.js';
import { Terminal } from './terminal.js';

/** What an API answers, one after the other and then always the last, by method and path. */
type Answers = Readonly<Record<string, readonly unknown[]>>;

const PLAN = {
  ...{ digest: 'sha256:1', runId: 'r', deploymentId: 'd', kind: 'create', units: [], edges: [], waves: [], policy: [] },
  ...{ irreversible: [], inputs: {}, outputs: {}, duration: { sumMs: 1, criticalPathMs: 1 } },
  cost: { currency: 'EUR', before: 0, after: 1, delta: 1, perUnit: [] },
  risk: { level: 'low', score: 1, reasons: [] },
  changes: [{ unitId: 'web', resource: 'web', address: 'web', action: 'create', attributes: [] }],
} as unknown as Plan;
const FILE = 'name: shop\nresources: []\n';

const run = (state: RunState, more: Partial<RunResource> = {}): object => {
  return { id: 'r', deploymentId: 'd', kind: 'create', state, revision: 1, progress: 0, ...more };
};
const deployment = (id: string, more: object = {}): object => {
  return { id, name: 'shop', environment: 'development', status: 'completed', currentRun: 'r', outputs: {}, ...more };
};
const list = (...items: readonly object[]): object => ({ items });
const wanted = (more: object = {}): object =>
  list({ revision: 1, desired: { autoPlan: true, autoExecute: true, ...more } });

/** A terminal that keeps what is written; a person at it says what is given. */
class TerminalInMemory extends Terminal {
  readonly printed: string[] = [];
  readonly notes: string[] = [];
  readonly #says: boolean | undefined;

  constructor(environment: Readonly<Record<string, string>>, says?: boolean) {
    super(environment);
    this.#says = says;
  }

  override get isInteractive(): boolean {
    return this.#says !== undefined;
  }

  override print(text: string): void {
    this.printed.push(text);
  }

  override note(text: string): void {
    this.notes.push(text);
  }

  override progress(): void {
    // Not looked at.
  }

  override async confirm(): Promise<boolean> {
    return this.#says === true;
  }
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caisson-cli-'));
  await writeFile(join(folder, 'caisson.yaml'), FILE);
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function caisson(
  words: string,
  answers: Answers,
  says?: boolean,
): Promise<{ code: unknown; notes: string; printed: string; asked: readonly string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const key = `${request.method} ${new URL(request.url ?? '', 'http://api').pathname.replace('/api/v1', '')}`;
    asked.push(key);
    const known = answers[key] ?? [];
    const body = known[Math.min(asked.filter((other) => other === key).length, known.length) - 1];
    const [status, type] = body === undefined ? [404, 'problem+json'] : [200, 'json'];
    response.writeHead(status, { 'content-type': `application/${type}`, etag: '"1"' });
    response.end(JSON.stringify(body ?? { code: 'not-found', title: key, status }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const terminal = new TerminalInMemory({ CAISSON_URL: url, CAISSON_TOKEN: 't', NO_COLOR: '1' }, says);
  try {
    const given = words.replace('FILE', join(folder, 'caisson.yaml')).split(' ');
    await createProgram(terminal).parseAsync(given, { from: 'user' });
  } catch (error) {
    terminal.note(messageFor(error));
    process.exitCode = exitCodeOf(error);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  const code = process.exitCode ?? 0;
  process.exitCode = undefined; // The program's, not that of the tests.
  const [notes, printed] = [terminal.notes.join('\n'), terminal.printed.join('\n')];
  return { code, notes, printed, asked };
}

describe('a name that several deployments have', () => {
  const two = {
    'GET /deployments': [list(deployment('d1'), deployment('d2', { environment: 'production' }))],
    'GET /runs/r': [run('completed')],
    'GET /deployments/d/revisions': [wanted()],
  };

  it.each(['destroy shop --yes', 'rollback shop --yes', 'deployment show shop'])('%s: is refused', async (words) => {
    const { asked, code, notes } = await caisson(words, two);
    expect([code, asked]).toEqual([1, ['GET /deployments']]);
    expect(notes).toContain('by its id:\n  d1  development\n  d2  production');
  });

  it('up FILE: is the one of the environment of the file', async () => {
    const changed = { 'GET /deployments/d1': [deployment('d1')], 'PATCH /deployments/d1': [answer('completed')] };
    expect(await caisson('up FILE', { ...two, ...changed })).toMatchObject({ code: 0 });
    await writeFile(join(folder, 'caisson.yaml'), `${FILE}environment: staging\n`);
    const created = { ...two, 'POST /deployments': [answer('completed')] };
    expect((await caisson('up FILE', created)).asked).toContain('POST /deployments');
  });

  it('up FILE: is refused when that is not one either, unless the id is said', async () => {
    const id = '01900000-0000-7000-8000-000000000001';
    const same = { ...two, 'GET /deployments': [list(deployment(id), deployment('d2'))] };
    expect(await caisson('up FILE', same)).toMatchObject({ code: 1, asked: ['GET /deployments'] });
    const changed = {
      [`GET /deployments/${id}`]: [deployment(id)],
      [`PATCH /deployments/${id}`]: [answer('completed')],
    };
    expect(await caisson(`up FILE --deployment ${id}`, { ...same, ...changed })).toMatchObject({ code: 0 });
  });
});

function answer(state: RunState, more: Partial<RunResource> = {}): object {
  return { deployment: deployment('d'), run: run(state, more) };
}

describe('a run', () => {
  const created = { 'GET /deployments': [list()], 'POST /deployments': [answer('pending')] };
  const planned = {
    ...created,
    'GET /deployments/d/revisions': [wanted()],
    'GET /runs/r/plan': [PLAN],
    'POST /runs/r/approve': [answer('approved')],
  };

  it.each([
    ['pending', { autoPlan: false }, 'caisson deployment plan d'],
    ['approved', { autoExecute: false }, 'caisson deployment execute d'],
  ] as const)('that stays %s by what is wanted is not waited for', async (state, desired, next) => {
    const answers = { ...created, 'GET /runs/r': [run(state)], 'GET /deployments/d/revisions': [wanted(desired)] };
    const { code, notes } = await caisson('up FILE --yes', answers);
    expect([code, notes]).toEqual([2, expect.stringContaining(next)]);
  });

  it('that comes back to its approval with another plan is not waited for', async () => {
    const states = ['planning', 'awaiting_approval', 'executing', 'planning', 'awaiting_approval'] as const;
    const answers = { ...planned, 'GET /runs/r': states.map((state) => run(state)) };
    const { asked, code } = await caisson('up FILE --yes', answers);
    expect([code, asked.filter((call) => call.startsWith('POST /runs'))]).toEqual([2, ['POST /runs/r/approve']]);
  });

  it('is approved, and then left to itself, with --yes and --no-wait', async () => {
    const answers = { ...planned, 'GET /runs/r': [run('planning'), run('planning'), run('awaiting_approval')] };
    const { asked, code, printed } = await caisson('up FILE --yes --no-wait -q', answers);
    expect([code, printed]).toEqual([0, expect.stringMatching(/state +approved/)]);
    expect(asked).toContain('POST /runs/r/approve');
  });

  it.each(['-o json', '-q'])('is approved by a person who saw its plan, also with %s', async (option) => {
    const answers = {
      ...planned,
      'GET /runs/r': [run('awaiting_approval'), run('awaiting_approval'), run('completed')],
    };
    const { code, notes, printed } = await caisson(`up FILE ${option}`, answers, true);
    expect([code, notes]).toEqual([0, expect.stringContaining('+ web')]);
    expect(printed).not.toContain('+ web');
  });

  it('whose planning failed has no plan to show: it says why', async () => {
    const failure = { code: 'engine-failed', message: 'no such flavor' };
    const id = '01900000-0000-7000-8000-000000000002';
    const failed = run('failed', { id, failure } as Partial<RunResource>);
    const { code, printed } = await caisson(`plan ${id}`, { ...planned, [`GET /runs/${id}`]: [failed] });
    expect([code, printed]).toEqual([1, expect.stringContaining('engine-failed: no such flavor')]);
  });
});

describe('destroy', () => {
  const found = { 'GET /deployments': [list(deployment('d'))], 'GET /deployments/d/revisions': [wanted()] };

  it('is done when the deployment is deleted, whatever became of the run that was under way', async () => {
    const deleted = { deployment: deployment('d', { status: 'deleted' }), run: run('cancelled') };
    const { code, printed } = await caisson('destroy shop --yes', { ...found, 'DELETE /deployments/d': [deleted] });
    expect([code, printed]).toEqual([0, expect.stringMatching(/status +deleted/)]);
  });

  it('follows the run that is stopped first, and then destroys', async () => {
    const destroy = (state: RunState): object => run(state, { id: 'x', kind: 'destroy' });
    const answers = {
      ...found,
      'DELETE /deployments/d': [answer('cancelling')],
      'GET /runs/r': [run('cancelling'), run('cancelling'), run('cancelled')],
      'GET /deployments/d': [deployment('d', { status: 'deleting', currentRun: 'x' })],
      'GET /runs/x': [destroy('planning'), destroy('awaiting_approval'), destroy('executing'), destroy('completed')],
      'GET /runs/x/plan': [PLAN],
      'POST /runs/x/approve': [{ deployment: deployment('d'), run: destroy('approved') }],
    };
    const { asked, code } = await caisson('destroy shop --yes', answers);
    expect([code, asked.includes('POST /runs/x/approve')]).toEqual([0, true]);
  });
});

it('drift scan: a unit that could not be read is no unit without drift', async () => {
  const report = { id: 's', status: 'completed', items: [], unreadable: [{ unitId: 'web', reason: 'timed out' }] };
  const { code, notes } = await caisson('drift scan shop', {
    'GET /deployments': [list(deployment('d'))],
    'POST /drift/scans': [{ scan: { id: 's' } }],
    'GET /drift/reports/s': [report],
  });
  expect([code, notes]).toEqual([1, expect.stringContaining('web could not be read: timed out')]);
});
