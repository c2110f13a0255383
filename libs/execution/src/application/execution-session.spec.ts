import type { AppendRequest, AppendResult, EventStore } from '@caisson/event-sourcing';
import { describe, expect, it } from 'vitest';
import type { ExecutionCommand } from '../domain/execution.commands.js';
import type { UnitSummary } from '../domain/task.state.js';
import { ExecutionSession } from './execution-session.js';

const at = '2026-03-02T10:15:00.000Z';
const QUOTA = 'tasks-in-flight';

/** An empty stream that takes everything but what has no room for so many tasks. */
class LimitedStore {
  readonly asked: AppendRequest[] = [];
  constructor(private readonly limit: number) {}

  load: EventStore['load'] = async () => ({ head: { version: 0, hash: '' }, events: [], commandRecorded: false });
  append: EventStore['append'] = async (request): Promise<AppendResult> => {
    this.asked.push(request);
    const { expected, events, holds = [] } = request;
    const exhausted = holds.some(({ amount, claims }) => claims && amount > this.limit);
    if (exhausted) return { outcome: 'exhausted', quota: QUOTA, used: 0, limit: this.limit };
    return { outcome: 'appended', head: { version: expected.version + events.length, hash: '' } };
  };
}

const units = ['a', 'b', 'c'].map((unitId): UnitSummary => {
  const action = 'create';
  return { unitId, engine: 'sandbox', action, resources: [{ address: unitId, type: 'server', action }] };
});
const start: ExecutionCommand = {
  ...{ type: 'StartExecution', deploymentId: 'dep', runId: 'run', askedBy: 10, planDigest: 'sha256:0' },
  ...{ onFailure: 'keep', units, edges: [], applied: [], at },
};
const startTasks: ExecutionCommand = {
  ...{ type: 'StartTasks', fencingToken: 1, at },
  tasks: units.map(({ unitId }) => ({ phase: 'apply', unitId })),
};

async function opened(store: LimitedStore): Promise<ExecutionSession> {
  const session = await ExecutionSession.open({
    store: store as unknown as EventStore,
    clock: { now: () => at, monotonicMs: () => 0, sleep: async () => undefined },
    ...{ service: 'executor', runId: 'run', fencingToken: 1, signal: new AbortController().signal },
    context: { tenantId: 'tenant', correlationId: 'story', causationId: 'cause', actor: 'service:executor' },
  });
  await session.execute([start]);
  return session;
}

describe('a session', () => {
  it('says what the execution holds only where that changes', async () => {
    const store = new LimitedStore(3);
    const session = await opened(store);
    await session.execute([startTasks]);
    expect(store.asked.map(({ holds }) => holds)).toEqual([undefined, [{ quota: QUOTA, amount: 3, claims: true }]]);
    expect(store.asked.map((request) => 'holds' in request)).toEqual([false, true]);
  });

  it('never asks for something else by the id of what was refused', async () => {
    const store = new LimitedStore(2);
    const session = await opened(store);
    await session.execute([startTasks]);
    expect(session.unplaced).toEqual([{ phase: 'apply', unitId: 'c' }]);
    const [, refused, accepted] = store.asked;
    expect([refused?.expected, store.asked.length]).toEqual([accepted?.expected, 3]);
    expect(accepted?.context.commandId).not.toBe(refused?.context.commandId);
  });

  it('gives back what an abandoned execution held', async () => {
    const store = new LimitedStore(3);
    const session = await opened(store);
    await session.execute([startTasks]);
    await session.execute([{ type: 'AbandonExecution', failure: { code: 'x', message: 'y', diagnostics: [] } }]);
    expect(store.asked.at(-1)?.holds).toEqual([{ quota: QUOTA, amount: 0, claims: false }]);
  });
});
