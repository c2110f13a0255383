import { eventTypesOf, type PublicEvent } from '@caisson/contracts';
import { describe, expect, it } from 'vitest';
import { effects, failure, unit } from '../domain/deployment.fixtures.spec.js';
import { DEPLOYMENT_REACTS_TO, reactionTo } from './deployment-reactions.js';

const deploymentId = 'd1';
const runId = 'r1';
const inRun = { deploymentId, runId };

function fact(type: string, data: unknown): PublicEvent {
  return {
    id: 'e1',
    type: `caisson.${type}.v1`,
    source: '/caisson/x',
    subject: 's',
    time: '2026-03-02T10:15:00.000Z',
    tenantId: 't',
    correlationId: 'c',
    causationId: 'x',
    actor: 'service:x',
    sequence: 1,
    data,
  };
}

describe('what other contexts say', () => {
  const applied = [unit('web')];
  const recorded = [
    ['planning.plan-refused', { ...inRun, round: 2, failure }, { type: 'RecordPlanRefusal', runId, round: 2, failure }],
    ['execution.execution-applied', inRun, { type: 'RecordApplied', runId }],
    [
      'execution.execution-verified',
      { ...inRun, applied, outputs: { a: 1 } },
      { type: 'RecordVerified', runId, applied, outputs: { a: 1 } },
    ],
    [
      'execution.execution-failed',
      { ...inRun, applied, failure },
      { type: 'RecordExecutionFailure', runId, applied, failure },
    ],
    [
      'execution.execution-cancelled',
      { ...inRun, applied, effects },
      { type: 'RecordCancelled', runId, applied, effects },
    ],
    [
      'execution.rollback-started',
      { ...inRun, failure, units: ['web'] },
      { type: 'RecordRollbackStarted', runId, failure },
    ],
    ['execution.execution-rolled-back', { ...inRun, applied }, { type: 'RecordRolledBack', runId, applied }],
    [
      'execution.rollback-failed',
      { ...inRun, applied, failure },
      { type: 'RecordRollbackFailure', runId, applied, failure },
    ],
  ] as const;

  it.each(recorded)('%s is recorded', (type, data, outcome) => {
    expect(reactionTo(fact(type, data))).toEqual({ kind: 'record', deploymentId, outcome });
  });

  it('is listed, so that it is heard', () => {
    const others = [
      'planning.plan-computed',
      'webhooks.delivery-accepted',
      'drift.remediation-requested',
      'drift.scan-due',
    ];
    const types = [...recorded.map(([type]) => type), ...others].map((type) => `caisson.${type}.v1`);
    expect(eventTypesOf(DEPLOYMENT_REACTS_TO).toSorted()).toEqual(types.toSorted());
  });

  it('a push that was accepted asks for runs', () => {
    const push = { repository: 'acme/shop', branch: 'main', commit: 'abc' };
    const delivery = { hookId: 'h', deliveryId: 'd', event: 'push', sender: 'mia', ...push };
    expect(reactionTo(fact('webhooks.delivery-accepted', delivery))).toEqual({ kind: 'push', push });
  });

  it('drift asks for remediation only where the drift detector decided so', () => {
    const drift = { scanId: 's', deploymentId };
    expect(reactionTo(fact('drift.remediation-requested', { ...drift, items: 2 }))?.kind).toBe('remediate');
    const detected = { ...drift, items: [], autoRemediate: true };
    expect(reactionTo(fact('drift.drift-detected', detected))).toBeUndefined();
  });

  it('a scan that is due is asked for', () => {
    const due = { deploymentId, scanId: 's', autoRemediate: true };
    const event = fact('drift.scan-due', { ...due, dueAt: '2026-03-02T10:15:00.000Z' });
    expect(reactionTo(event)).toEqual({ kind: 'scan', ...due });
  });

  it('tasks, newer facts and foreign events do not concern us', () => {
    const cancelled = { ...inRun, taskId: 't', unitId: 'web', phase: 'apply', reason: 'x' };
    expect(reactionTo(fact('execution.task-cancelled', cancelled))).toBeUndefined();
    expect(reactionTo(fact('planning.plan-dreamt', {}))).toBeUndefined();
    expect(reactionTo({ ...fact('x.y', {}), type: 'com.example.thing' })).toBeUndefined();
  });

  it('data that fits no schema is refused, to be parked', () => {
    expect(() => reactionTo(fact('execution.execution-applied', { runId }))).toThrow();
  });
});
