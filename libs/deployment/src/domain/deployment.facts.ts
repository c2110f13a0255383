import {
  earliestStart,
  resolveReferences,
  resourcesByAddress,
  type AppliedResource,
  type AppliedUnit,
  type ChangeAction,
  type DesiredState,
  type ResourceEffect,
  type RunEffects,
  type RunKind,
} from '@caisson/contracts';
import { invariant, jsonEquals, type Instant, type Json } from '@caisson/kernel';
import type { DeploymentEvent, Origin } from './deployment.events.js';
import type { Deployment, Run } from './deployment.state.js';

type Of<Type extends DeploymentEvent['type']> = Extract<DeploymentEvent, { type: Type }>;

/** A run was asked for. */
export function runRequested(
  deploymentId: string,
  run: {
    readonly origin: Origin;
    readonly runId: string;
    readonly kind: RunKind;
    readonly revision: number;
    readonly reason: string;
  },
): Of<'RunRequested'> {
  const { kind, origin, reason, revision, runId } = run;
  return { type: 'RunRequested', origin, deploymentId, runId, kind, revision, reason };
}

/** The planner is asked for a plan, one round after the last. */
export function runPlanningStarted(deployment: Deployment, run: Run, origin: Origin): Of<'RunPlanningStarted'> {
  const { applied, deploymentId } = deployment;
  const { kind, revision, runId } = run;
  const desired = wantedBy(deployment, run);
  return {
    type: 'RunPlanningStarted',
    origin,
    deploymentId,
    runId,
    kind,
    revision,
    round: run.round + 1,
    desired,
    applied,
  };
}

/** The executor is asked to apply the approved plan. */
export function runStarted(deployment: Deployment, run: Run, origin: Origin): Of<'RunStarted'> {
  const { applied, deploymentId } = deployment;
  const { kind, planDigest, runId } = run;
  invariant(planDigest !== undefined, `run ${runId} starts without a plan`);
  const { onFailure, priority } = wantedBy(deployment, run);
  return { type: 'RunStarted', origin, deploymentId, runId, kind, planDigest, onFailure, priority, applied };
}

/** The world is as the run wants it, without or after execution. */
export function runCompleted(
  deployment: Deployment,
  run: Run,
  result: { readonly origin: Origin; readonly applied: AppliedUnit[]; readonly outputs: Record<string, Json> },
): Of<'RunCompleted'> {
  const { deploymentId } = deployment;
  const { kind, revision, runId } = run;
  return { type: 'RunCompleted', ...result, deploymentId, runId, kind, revision };
}

/** What a run goes to. A run is only requested for a revision that is kept. */
export function wantedBy(deployment: Deployment, run: Run): DesiredState {
  const desired = deployment.revisions[run.revision]?.desired;
  invariant(desired !== undefined, `revision ${run.revision} of ${deployment.deploymentId} is gone`);
  return desired;
}

/** The outputs of what is applied already; those that refer to something that is not are left out. */
export function outputsOf(desired: DesiredState, applied: readonly AppliedUnit[]): Record<string, Json> {
  const resources = resourcesByAddress(applied);
  const outputs: Record<string, Json> = {};
  for (const [name, expression] of Object.entries(desired.outputs)) {
    const { value, unresolved } = resolveReferences(expression, (address) => resources.get(address));
    if (unresolved.length === 0) outputs[name] = value;
  }
  return outputs;
}

/** Of a run that was stopped before it was executed. */
export const NO_EFFECTS: RunEffects = { done: [], notDone: [], unknown: [] };

/** What a run did that was through before it could be stopped: the difference of what is applied. */
export function effectsBetween(before: readonly AppliedUnit[], after: readonly AppliedUnit[]): RunEffects {
  const known = resourcesByAddress(before);
  const kept = resourcesByAddress(after);
  const effects = (units: readonly AppliedUnit[], actionOn: (resource: AppliedResource) => ChangeAction) =>
    units.flatMap(({ resources, unitId }) =>
      resources
        .map((resource): ResourceEffect => ({ unitId, address: resource.address, action: actionOn(resource) }))
        .filter(({ action }) => action !== 'none'),
    );
  const changed = effects(after, (resource) => {
    const old = known.get(resource.address);
    if (old === undefined) return 'create';
    return jsonEquals(old, resource) ? 'none' : 'update';
  });
  const removed = effects(before, ({ address }) => (kept.has(address) ? 'none' : 'delete'));
  return { ...NO_EFFECTS, done: [...changed, ...removed] };
}

/**
 * When a run may begin, seen from an instant; absent: at once. Going back to what was good waits for no window. A
 * schedule that never opens is refused before it comes here; should one, the run waits for a person.
 */
export function waitOf(deployment: Deployment, run: Run, at: Instant): { readonly startsAt?: Instant } {
  const { schedule } = wantedBy(deployment, run);
  if (schedule === undefined || run.kind === 'rollback') return {};
  const startsAt = earliestStart(schedule, at) ?? NEVER;
  return startsAt === at ? {} : { startsAt };
}

const NEVER: Instant = '9999-12-31T00:00:00.000Z';
