import {
  DesiredState,
  type AppliedUnit,
  type DesiredStateInput,
  type RunEffects,
  type RunState,
} from '@caisson/contracts';
import { expect, it } from 'vitest';
import type { DeploymentCommand } from './deployment.commands.js';
import { deploymentDecider } from './deployment.decide.js';
import type { DeploymentEvent, Origin } from './deployment.events.js';

/** The deployment of every history. */
export const deploymentId = 'd1';
/** Mia, at one instant, in one story. */
export const origin: Origin = { at: '2026-03-02T10:15:00.000Z', by: 'mia', correlationId: 'story' };
/** The digest of the plan. */
export const digest = `sha256:${'a'.repeat(64)}`;
/** The digest of another plan. */
export const otherDigest = `sha256:${'b'.repeat(64)}`;
/** What a tool said. */
export const failure = { code: 'tool-failed', message: 'exit code 1', diagnostics: [] };

/** Nothing happens by itself unless a test asks for it. */
export function desired(changes: Partial<DesiredStateInput> = {}): DesiredState {
  return DesiredState.parse({
    name: 'shop',
    autoPlan: false,
    autoApprove: false,
    autoExecute: false,
    resources: [{ name: 'web', engine: 'sandbox', type: 'server' }],
    outputs: { url: '${web.outputs.url}' },
    ...changes,
  });
}

/** A unit as its engine left it. */
export function unit(unitId: string, runId = 'r1'): AppliedUnit {
  return {
    unitId,
    engine: 'sandbox',
    provider: 'sandbox',
    resources: [
      {
        address: unitId,
        type: 'server',
        properties: {},
        dependsOn: [],
        outputs: { url: `http://${unitId}` },
        expected: {},
      },
    ],
    dependsOn: [],
    runId,
  };
}

/** The history that a series of accepted commands writes. */
export function historyOf(...commands: readonly DeploymentCommand[]): readonly DeploymentEvent[] {
  const events: DeploymentEvent[] = [];
  let state = deploymentDecider.initialState;
  for (const command of commands) {
    const decision = deploymentDecider.decide(state, command);
    if (decision.outcome === 'rejected') {
      throw new Error(`${command.type} was refused: ${JSON.stringify(decision.rejection)}`);
    }
    events.push(...decision.events);
    state = decision.events.reduce((current, event) => deploymentDecider.evolve(current, event), state);
  }
  return events;
}

/** Creates the deployment and requests run `r1`. */
export function create(wanted: DesiredState = desired()): DeploymentCommand {
  return { type: 'CreateDeployment', origin, deploymentId, runId: 'r1', desired: wanted };
}

/** Asks for a plan of the newest run. */
export const plan = { type: 'StartPlanning', origin } as const satisfies DeploymentCommand;
/** Approves the plan. */
export const approve = { type: 'ApproveRun', origin, planDigest: digest } as const satisfies DeploymentCommand;
/** Turns the plan down. */
export const reject = { type: 'RejectRun', origin, reason: 'too dear' } as const satisfies DeploymentCommand;
/** Has the plan applied. */
export const execute = { type: 'ExecuteRun', origin } as const satisfies DeploymentCommand;
/** Cancels the newest run. */
export const cancel = { type: 'CancelRun', origin, reason: 'wrong region' } as const satisfies DeploymentCommand;
/** Retries the newest run. */
export const retry = { type: 'RetryRun', origin } as const satisfies DeploymentCommand;
/** Goes back, by run `back` if a new one is needed. */
export const rollBack = {
  type: 'RollbackRun',
  origin,
  newRunId: 'back',
  reason: 'it is worse',
} as const satisfies DeploymentCommand;

/** The planner computed a plan. */
export function planned(runId = 'r1', round = 1): DeploymentCommand {
  return {
    type: 'RecordPlan',
    origin,
    runId,
    round,
    planDigest: digest,
    changes: true,
    needsPerson: false,
    costPerMonth: 0,
  };
}

/** The planner computed a plan that changes nothing. */
export function nothingChanges(runId: string): DeploymentCommand {
  return {
    type: 'RecordPlan',
    origin,
    runId,
    round: 1,
    planDigest: digest,
    changes: false,
    needsPerson: false,
    costPerMonth: 0,
  };
}

/** The executor applied every unit. */
export function applied(runId = 'r1'): DeploymentCommand {
  return { type: 'RecordApplied', origin, runId };
}

/** The executor verified every unit. */
export function verified(runId = 'r1', units: AppliedUnit[] = [unit('web', runId)]): DeploymentCommand {
  return { type: 'RecordVerified', origin, runId, applied: units, outputs: { url: 'http://web' } };
}

/** The executor failed, with these units left. */
export function executionFailed(runId = 'r1', units: AppliedUnit[] = [unit('web', runId)]): DeploymentCommand {
  return { type: 'RecordExecutionFailure', origin, runId, failure, applied: units };
}

/** The executor undoes what it did. */
export function rollbackStarted(runId = 'r1'): DeploymentCommand {
  return { type: 'RecordRollbackStarted', origin, runId, failure };
}

/** The executor undid what it did. */
export function rolledBack(runId = 'r1', units: AppliedUnit[] = []): DeploymentCommand {
  return { type: 'RecordRolledBack', origin, runId, applied: units };
}

/** Changes what is desired by run `runId`. */
export function change(runId: string, wanted: DesiredState): DeploymentCommand {
  return { type: 'ChangeDesiredState', origin, runId, kind: 'update', desired: wanted, reason: 'changed' };
}

/** Deletes the deployment, by run `runId` if a destroy run is needed. */
export function remove(runId: string): DeploymentCommand {
  return { type: 'DeleteDeployment', origin, runId, reason: 'no longer needed' };
}

/** Everything from `run-requested` to `run-completed` of a run that somebody approves. */
export function throughTo(runId: string, units?: AppliedUnit[]): readonly DeploymentCommand[] {
  return [plan, planned(runId), approve, execute, applied(runId), verified(runId, units)];
}

const untilExecuting = [create(), plan, planned(), approve, execute];

/**
 * For each of the 13 states, how run `r1` gets there. `planned` is passed within one decision, so it is cut out of
 * one.
 */
export const historyTo: Readonly<Record<RunState, readonly DeploymentEvent[]>> = {
  pending: historyOf(create()),
  planning: historyOf(create(), plan),
  planned: historyOf(create(), plan, planned()).slice(0, -1),
  awaiting_approval: historyOf(create(), plan, planned()),
  approved: historyOf(create(), plan, planned(), approve),
  executing: historyOf(...untilExecuting),
  verifying: historyOf(...untilExecuting, applied()),
  cancelling: historyOf(...untilExecuting, cancel),
  failed: historyOf(...untilExecuting, executionFailed()),
  rolling_back: historyOf(...untilExecuting, rollbackStarted()),
  rolled_back: historyOf(...untilExecuting, rollbackStarted(), rolledBack()),
  completed: historyOf(create(), ...throughTo('r1')),
  cancelled: historyOf(create(), cancel),
};

it('reaches every state through history', () => {
  for (const [state, history] of Object.entries(historyTo)) {
    const reached = history.reduce((current, event) => deploymentDecider.evolve(current, event), {
      ...deploymentDecider.initialState,
    });
    expect(reached.deployment?.run?.state).toBe(state);
  }
});

/** What a cancelled run did. */
export const effects: RunEffects = {
  done: [{ unitId: 'web', address: 'web', action: 'create' }],
  notDone: [{ unitId: 'db', address: 'db', action: 'create' }],
  unknown: [],
};
