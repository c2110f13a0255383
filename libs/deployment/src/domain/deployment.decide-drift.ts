import type { ResourceSpec, RunState } from '@caisson/contracts';
import { accept, deterministicId, jsonEquals, reject, type Json } from '@caisson/kernel';
import { adoptDrift } from './adopt-drift.js';
import type { DeploymentDecision, DeploymentRejection, LifecycleCommand } from './deployment.commands.js';
import type { DeploymentEvent, Origin } from './deployment.events.js';
import { runRequested } from './deployment.facts.js';
import { activeRun, knowsRun } from './deployment.runs.js';
import type { Deployment, Run } from './deployment.state.js';

type Of<Type extends LifecycleCommand['type']> = Extract<LifecycleCommand, { type: Type }>;

/** Tools may be changing the world: what is applied is not known, so there is nothing to compare it with. */
const WORLD_MOVES: readonly RunState[] = ['executing', 'verifying', 'cancelling', 'rolling_back'];

/** Judges the wish to look whether the world is as it was left. */
export function scan(deployment: Deployment, command: Of<'RequestDriftScan'>): DeploymentDecision {
  const { applied, deploymentId, run } = deployment;
  const { autoRemediate, origin, scanId, scanType, whenBusy } = command;
  if (run !== undefined && WORLD_MOVES.includes(run.state)) {
    return whenBusy === 'defer'
      ? accept({ type: 'DriftScanDeferred', origin, deploymentId, scanId, autoRemediate })
      : reject({ code: 'run-active', runId: run.runId, state: run.state });
  }
  // Nobody waits for the report of a scheduled scan that has nothing to look at.
  if (scanType === 'scheduled' && applied.length === 0) return accept();
  const unfinished = unfinishedRun(deployment);
  const asked = { scanId, autoRemediate, scanType, ...unfinished, applied };
  return accept({ type: 'DriftScanRequested', origin, deploymentId, ...asked });
}

/** The newest run, where it began to change the world and did not get through. */
export function unfinishedRun({ currentRevision, revisions, run }: Deployment): {
  readonly unfinished?: { readonly runId: string; readonly resources: string[] };
} {
  if (run?.executed !== true || run.state === 'completed') return {};
  const wanted = revisions[run.revision]?.desired.resources ?? [];
  const before = currentRevision === undefined ? [] : (revisions[currentRevision]?.desired.resources ?? []);
  // A run to what is applied already, such as a remediation, was to change anything.
  const isSameRevision = run.revision === currentRevision || run.kind === 'destroy';
  const changed = [...wanted, ...before].filter(
    ({ name }) => isSameRevision || !jsonEquals(ofName(wanted, name), ofName(before, name)),
  );
  return { unfinished: { runId: run.runId, resources: [...new Set(changed.map(({ name }) => name))] } };
}

function ofName(resources: readonly ResourceSpec[], name: string): Json {
  return (resources.find((resource) => resource.name === name) ?? null) as unknown as Json;
}

/** Judges the wish to have what is desired follow the world. */
export function adopt(deployment: Deployment, command: Of<'AdoptDrift'>): DeploymentDecision {
  const { items, origin, reason, runId, scanId } = command;
  const { currentRevision, deploymentId, latestRevision, revisions } = deployment;
  if (knowsRun(deployment, runId)) return accept();
  const active = activeRun(deployment);
  if (active !== undefined) return reject({ code: 'run-active', runId: active.runId, state: active.state });
  const desired = revisions[currentRevision ?? latestRevision]?.desired;
  if (desired === undefined) return reject({ code: 'revision-not-found', available: [] });
  const adopted = adoptDrift({ desired, applied: deployment.applied }, items);
  if (adopted.outcome === 'impossible') return reject({ code: 'drift-not-adoptable', problems: adopted.problems });
  const revision = latestRevision + 1;
  return accept<DeploymentEvent>(
    { type: 'DeploymentChanged', origin, deploymentId, revision, desired: adopted.desired },
    { type: 'DriftAdopted', origin, deploymentId, scanId, applied: adopted.applied },
    runRequested(deploymentId, { origin, runId, kind: 'remediate', revision, reason }),
    { type: 'DriftRemediationRequested', origin, deploymentId, scanId, runId, mode: 'adopt' },
  );
}

/** What a wish to put drift right led to, with what the scan is to know of it. */
export function toldToScan(
  { deploymentId }: Deployment,
  { origin, remediates, runId }: Of<'RequestRun'>,
  judged: DeploymentDecision,
): DeploymentDecision {
  if (remediates === undefined) return judged;
  const of = { origin, deploymentId, scanId: remediates.scanId };
  if (judged.outcome === 'rejected') {
    if (remediates.askedBy === 'person') return judged;
    return accept({ type: 'DriftRemediationEnded', ...of, outcome: 'refused', reason: whyRefused(judged.rejection) });
  }
  if (judged.events.length === 0) return judged;
  return accept<DeploymentEvent>(...judged.events, {
    type: 'DriftRemediationRequested',
    ...of,
    runId,
    mode: 'revert',
  });
}

function whyRefused(rejection: DeploymentRejection): string {
  switch (rejection.code) {
    case 'run-active':
      return `Run ${rejection.runId} was ${rejection.state}: it may put it right. Scan again when it has ended.`;
    case 'revision-not-found':
      return 'No revision was ever completed, so there is nothing to go back to.';
    default:
      return `The deployment refused it: ${rejection.code}.`;
  }
}

/** Once a run that puts drift right has settled: a look whether the drift is gone, or word to the scan of why not. */
export function afterRemediation(deployment: Deployment, origin: Origin): DeploymentEvent | undefined {
  const { applied, deferred, deletion, deploymentId, remediation, run } = deployment;
  if (remediation === undefined || remediation.told === run?.state || run?.runId !== remediation.runId)
    return undefined;
  const { runId, scanId } = remediation;
  const ended = { type: 'DriftRemediationEnded', origin, deploymentId, scanId, runId } as const;
  if (run.state !== 'completed') return { ...ended, outcome: 'failed', reason: whyNotThrough(run) };
  if (applied.length === 0) return { ...ended, outcome: 'unverified', reason: 'Nothing is applied any more.' };
  if (deferred !== undefined || deletion !== undefined) {
    return { ...ended, outcome: 'unverified', reason: 'Another run followed at once. Scan again when it has ended.' };
  }
  return {
    type: 'DriftScanRequested',
    origin,
    deploymentId,
    scanId: deterministicId('drift-verification', runId),
    autoRemediate: false,
    verifies: { scanId, runId },
    applied,
  };
}

function whyNotThrough({ failure, runId, state }: Run): string {
  return `Run ${runId} is ${state}${failure === undefined ? '' : `: ${failure.message}`}. Look at it, or scan again.`;
}
