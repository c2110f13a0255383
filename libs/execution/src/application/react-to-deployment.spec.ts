import { eventTypesOf, type PublicEvent } from '@caisson/contracts';
import { describe, expect, it } from 'vitest';
import { EXECUTION_REACTS_TO, jobFor } from './react-to-deployment.js';

const inRun = { deploymentId: 'd', runId: 'r' };
const started = { ...inRun, kind: 'create', planDigest: `sha256:${'0'.repeat(64)}`, onFailure: 'keep', applied: [] };
const rollback = { ...inRun, reason: 'x', asked: true };
const resolved = { ...inRun, taskId: 't', outcome: 'done', evidence: 'x', resolvedBy: 'mia' };
const callback = { runId: 'r', unitId: 'u', phase: 'apply', cycle: 1, attempt: 1, payload: null, receivedAt: 'now' };

function fact(type: string, data: unknown): PublicEvent {
  return {
    ...{ id: 'e', type, source: '/caisson/api', subject: 'deployment-d', time: '2026-03-02T10:15:00.000Z' },
    ...{ tenantId: 't', correlationId: 'c', causationId: 'x', actor: 'mia', sequence: 7, data },
  };
}

const ASKS: readonly (readonly [string, unknown, string])[] = [
  ['caisson.deployment.run-started.v1', started, 'execution'],
  ['caisson.deployment.run-rollback-started.v1', rollback, 'execution'],
  ['caisson.deployment.run-cancelling.v1', { ...inRun, reason: 'x' }, 'execution-control'],
  ['caisson.deployment.run-task-resolved.v1', resolved, 'execution-control'],
  ['caisson.webhooks.callback-received.v1', callback, 'execution'],
];

describe('a fact that asks for work', () => {
  it.each(ASKS)('%s is one job', (type, data, queue) => {
    expect(jobFor(fact(type, data))?.queue).toBe(queue);
  });

  it('is listed, so that it is heard', () => {
    expect(eventTypesOf(EXECUTION_REACTS_TO).toSorted()).toEqual(ASKS.map(([type]) => type).toSorted());
  });
});
