import type { Plan } from '@caisson/contracts';
import { specFor } from '@caisson/testing';
import { describe, it } from 'vitest';
import { planDecider } from './plan.decide.js';
import type { PlanEvent } from './plan.events.js';

const { given } = specFor(planDecider);
const inRound = { deploymentId: 'd1', runId: 'r1', round: 1 };
const started: PlanEvent = { type: 'PlanStarted', ...inRound, planner: 'built-in/1' };
const plan = { digest: 'sha256:x' } as Plan;
const failure = { code: 'unknown-type', message: 'no', diagnostics: [] };

describe('a round of planning', () => {
  it('starts once', () => {
    const start = { type: 'StartPlan', ...inRound, planner: 'built-in/1' } as const;
    given().when(start).then(started);
    given(started).when(start).then();
  });

  it('ends once, with a plan or a refusal', () => {
    given(started)
      .when({ type: 'RecordPlan', ...inRound, plan })
      .then({ type: 'PlanComputed', ...inRound, plan });
    given(started)
      .when({ type: 'RefusePlan', ...inRound, failure })
      .then({ type: 'PlanRefused', ...inRound, failure });
    given(started, { type: 'PlanComputed', ...inRound, plan })
      .when({ type: 'RefusePlan', ...inRound, failure })
      .then();
  });

  it('does not end before it started', () => {
    given()
      .when({ type: 'RecordPlan', ...inRound, plan })
      .thenRejected({ code: 'plan-not-started', round: 1 });
  });

  it('overtakes the one before', () => {
    const second = { ...inRound, round: 2 };
    given(started)
      .when({ type: 'StartPlan', ...second, planner: 'p' })
      .then({ type: 'PlanStarted', round: 2 });
    given(started, { ...started, round: 2 })
      .when({ type: 'RecordPlan', ...inRound, plan })
      .then();
  });
});
