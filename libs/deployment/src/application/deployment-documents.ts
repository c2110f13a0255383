import {
  SETTLED_RUN_STATES,
  type AppliedUnit,
  type DeployedResource,
  type DesiredState,
  type Failure,
  type PushTrigger,
  type RunEffects,
  type RunKind,
  type RunState,
} from '@caisson/contracts';
import type { DocumentContext, NewDocument } from '@caisson/event-sourcing';
import { digestOf, type Json, type JsonObject } from '@caisson/kernel';
import type { DeploymentEvent } from '../domain/deployment.events.js';
import type { Deployment, DeploymentState, Revision, Run } from '../domain/deployment.state.js';

/** A deployment's own status: the state of its newest run, or that it goes. */
export type DeploymentStatus = RunState | 'deleting' | 'deleted';

/** Collection `deployment`, by deployment id. */
export type DeploymentView = {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly status: DeploymentStatus;
  /** The newest revision of what is desired. */
  readonly revision: number;
  /** The revision that the world was last brought to. */
  readonly currentRevision?: number;
  /** Id of the newest run. */
  readonly currentRun: string;
  readonly outputs: Record<string, Json>;
  /** What is applied, in short; the whole is in the collection `resources`. */
  readonly resources: readonly {
    readonly address: string;
    readonly type: string;
    readonly engine: string;
    readonly unitId: string;
  }[];
  /** Pushes that request a run, for `contains` queries. */
  readonly triggers: readonly PushTrigger[];
  readonly createdAt: string;
  readonly updatedAt: string;
};

/** Collection `run`, by run id. */
export type RunView = {
  readonly id: string;
  readonly deploymentId: string;
  readonly kind: RunKind;
  readonly state: RunState;
  readonly revision: number;
  readonly reason: string;
  readonly round: number;
  readonly planDigest?: string;
  /** 0 to 100; never falls. */
  readonly progress: number;
  readonly failure?: Failure;
  /** It failed, and what machines ask for waits until a person has decided. */
  readonly paused?: true;
  readonly startsAt?: string;
  readonly effects?: RunEffects;
  readonly requestedAt: string;
  readonly requestedBy: string;
  readonly correlationId: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
};

/** Collection `revision`, by `revisionDocumentId`. */
export type RevisionView = {
  readonly deploymentId: string;
  readonly revision: number;
  readonly digest: string;
  readonly desired: DesiredState;
  readonly createdAt: string;
  /** When a run to it completed last: it can be gone back to. */
  readonly completedAt?: string;
};

/** Collection `resources`, by deployment id: all that is applied, as the engines left it. */
export type ResourcesView = { readonly deploymentId: string; readonly units: readonly AppliedUnit[] };

/** The collections that deployments write. */
export const DEPLOYMENT_COLLECTIONS = {
  deployment: 'deployment',
  run: 'run',
  revision: 'revision',
  resources: 'resources',
} as const;

const REVISION_DIGITS = 8;

/** Id of a revision's document; sorts by number within its deployment. */
export function revisionDocumentId(deploymentId: string, revision: number): string {
  return `${deploymentId}/${String(revision).padStart(REVISION_DIGITS, '0')}`;
}

/** The facts that say anew what is applied. */
const CHANGE_APPLIED: readonly DeploymentEvent['type'][] = [
  'RunCompleted',
  'RunFailed',
  'RunCancelled',
  'RunRolledBack',
];

/** The read models that change with some events of a deployment. */
export function documentsOf(
  { deployment }: DeploymentState,
  events: readonly DeploymentEvent[],
  { occurredAt }: DocumentContext,
): readonly NewDocument[] {
  if (deployment === undefined) return [];
  const shown = deploymentView(deployment, occurredAt);
  const documents = [documentOf('deployment', deployment.deploymentId, shown)];
  for (const run of touchedRuns(deployment, events))
    documents.push(documentOf('run', run.runId, runView(run, deployment)));
  for (const number of touchedRevisions(events)) {
    const revision = deployment.revisions[number];
    if (revision === undefined) continue;
    documents.push(
      documentOf('revision', revisionDocumentId(deployment.deploymentId, number), {
        ...revisionView(deployment.deploymentId, number, revision),
      }),
    );
  }
  if (events.some(({ type }) => CHANGE_APPLIED.includes(type))) {
    const resources: ResourcesView = { deploymentId: deployment.deploymentId, units: deployment.applied };
    documents.push(documentOf('resources', deployment.deploymentId, resources));
  }
  return documents;
}

/** The resources of a unit as the API shows them, each with what it shares with the others. */
export function resourcesOf({
  engine,
  provider,
  region,
  resources,
  runId,
  unitId,
}: AppliedUnit): readonly DeployedResource[] {
  const place = { unitId, engine, provider, ...(region === undefined ? {} : { region }), runId };
  return resources.map((resource) => ({ ...resource, ...place }));
}

function documentOf(collection: keyof typeof DEPLOYMENT_COLLECTIONS, id: string, body: object): NewDocument {
  return { collection: DEPLOYMENT_COLLECTIONS[collection], id, body: body as JsonObject };
}

/** A deployment as its read model. */
export function deploymentView(deployment: Deployment, updatedAt: string): DeploymentView {
  const { applied, createdAt, currentRevision, deploymentId, latestRevision, outputs, revisions, run } = deployment;
  const desired = revisions[latestRevision]?.desired;
  return {
    id: deploymentId,
    name: desired?.name ?? '',
    environment: desired?.environment ?? '',
    status: statusOf(deployment),
    revision: latestRevision,
    ...(currentRevision === undefined ? {} : { currentRevision }),
    currentRun: run?.runId ?? '',
    outputs,
    resources: applied.flatMap(({ engine, resources, unitId }) =>
      resources.map(({ address, type }) => ({ address, type, engine, unitId })),
    ),
    triggers: deployment.deleted ? [] : (desired?.triggers ?? []),
    createdAt,
    updatedAt,
  };
}

function statusOf({ deleted, deletion, run }: Deployment): DeploymentStatus {
  if (deleted) return 'deleted';
  const stuck = run !== undefined && run.runId === deletion?.runId && SETTLED_RUN_STATES.includes(run.state);
  if (deletion !== undefined && !stuck) return 'deleting';
  return run?.state ?? 'pending';
}

/** A run as its read model. */
export function runView(run: Run, { deploymentId }: Pick<Deployment, 'deploymentId'>): RunView {
  const { executed: _internal, committedBefore: _judged, costPerMonth: _inPlan, runId, ...shown } = run;
  return { id: runId, deploymentId, ...shown };
}

function revisionView(deploymentId: string, number: number, revision: Revision): RevisionView {
  return { deploymentId, revision: number, digest: digestOf(revision.desired), ...revision };
}

function touchedRuns({ run, settled }: Deployment, events: readonly DeploymentEvent[]): readonly Run[] {
  const touched = new Set(events.map((event) => ('runId' in event ? event.runId : '')));
  return [...settled, ...(run === undefined ? [] : [run])].filter(({ runId }) => touched.has(runId));
}

function touchedRevisions(events: readonly DeploymentEvent[]): ReadonlySet<number> {
  const changed = events.map((event) => {
    const changes = event.type === 'DeploymentCreated' || event.type === 'DeploymentChanged';
    return changes || event.type === 'RunCompleted' ? event.revision : 0;
  });
  return new Set(changed.filter((number) => number > 0));
}
