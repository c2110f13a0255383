import { describe, expect, it } from 'vitest';
import type { ExecutionEvent } from '../domain/execution.events.js';
import { executionDecider } from '../domain/execution.decide.js';
import { documentsOf } from './execution-documents.js';

const run = { deploymentId: 'dep', runId: 'run' };
const at = '2026-03-02T10:15:00.000Z';
const context = { tenantId: 'tenant', streamId: 'execution-run', version: 1, occurredAt: at, correlationId: 'c' };

function started(units: number): ExecutionEvent {
  const ids = Array.from({ length: units }, (_, index) => `u${index}`);
  const rest = { askedBy: 1, planDigest: 'sha256:0', onFailure: 'keep' as const, edges: [], applied: [], at };
  const kind = { engine: 'sandbox', action: 'create' as const, resources: [] };
  return { type: 'ExecutionStarted', ...run, ...rest, units: ids.map((unitId) => ({ unitId, ...kind })) };
}

function lifeOf(unitId: string): readonly ExecutionEvent[] {
  const task = { ...run, phase: 'apply' as const, unitId };
  const attempt = { ...task, attempt: 1, fencingToken: 1 };
  return [
    { type: 'TaskQueued', ...task, action: 'create' },
    { type: 'TasksAcquired', ...run, phase: 'apply', unitIds: [unitId], fencingToken: 1 },
    { type: 'TaskStarted', ...attempt, actionKey: 'key', at },
    { type: 'TaskSucceeded', ...attempt, evidence: { exitCode: 0 }, log: ['made it'], at },
  ];
}

/** The documents written with the last facts, after all before them. */
function written(before: readonly ExecutionEvent[], last: readonly ExecutionEvent[]) {
  const state = [...before, ...last].reduce(executionDecider.evolve, executionDecider.initialState);
  return documentsOf(state, last, context);
}

const namesOf = (documents: ReturnType<typeof written>) => documents.map(({ collection, id }) => `${collection} ${id}`);

describe('the read models of an execution', () => {
  it('begin with all its tasks', () => {
    expect(namesOf(written([], [started(2)]))).toEqual(['task run/u0', 'task run/u1', 'execution run']);
  });

  it('show each task that changed once, with its proof when it has ended', () => {
    const [task] = written([started(1)], lifeOf('u0'));
    expect(task).toMatchObject({
      id: 'run/u0',
      body: { ...run, taskId: 'run/u0', phase: 'apply', state: 'succeeded', attempt: 1, startedAt: at, finishedAt: at },
    });
    expect(task?.body).toMatchObject({ evidence: { exitCode: 0 }, log: ['made it'] });
  });

  it('show the execution anew when its progress moved by a percent, and not for less', () => {
    expect(namesOf(written([started(100)], lifeOf('u0')))).toContain('execution run');
    expect(namesOf(written([started(1000)], lifeOf('u0')))).not.toContain('execution run');
    const nine = Array.from({ length: 9 }, (_, index) => lifeOf(`u${index}`)).flat();
    expect(namesOf(written([started(1000), ...nine], lifeOf('u9')))).toContain('execution run');
  });

  it('show a cancel at once: its holder looks for it here', () => {
    const cancel: ExecutionEvent = { type: 'CancelRequested', ...run, askedBy: 2, reason: 'not needed' };
    expect(namesOf(written([started(1000)], [cancel]))).toEqual(['execution run']);
    expect(namesOf(written([], [cancel]))).toEqual(['execution run']);
  });

  it('show no more than a bounded number of tasks at the beginning', () => {
    expect(written([], [started(3000)])).toHaveLength(2001);
  });
});
