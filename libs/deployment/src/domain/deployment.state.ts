import type { AppliedUnit, DesiredState, Failure, RunEffects, RunKind, RunState } from '@caisson/contracts';
import type { Instant, Json } from '@caisson/kernel';

/** Completed revisions that a deployment can still go back to. Older ones are in the history and can be sent again. */
export const COMPLETED_REVISIONS_MAX = 100;

/** Settled runs that the state still knows; older ones are read models only. */
export const SETTLED_RUNS_MAX = 10;

/** One change of a deployment. */
export interface Run {
  readonly runId: string;
  readonly kind: RunKind;
  readonly state: RunState;
  /** The revision it goes to. */
  readonly revision: number;
  readonly reason: string;
  /** How often planning was asked for; answers to older rounds are ignored. */
  readonly round: number;
  readonly planDigest?: string;
  /** Of the whole deployment, once the run has completed, by its newest plan. Absent: never planned. */
  readonly costPerMonth?: number;
  /** What runs before it may have left to be paid, when it was first approved. Absent: it never was. */
  readonly committedBefore?: number;
  /** 0 to 100; never falls. */
  readonly progress: number;
  /** Whether the executor was ever asked to apply it. */
  readonly executed: boolean;
  readonly failure?: Failure;
  /** It failed, and nothing else begins by itself before a person has decided. Only while `failed`. */
  readonly paused?: true;
  /** When it may begin, where its schedule makes it wait. */
  readonly startsAt?: Instant;
  /** Of a cancelled run: what it did to the world before it stopped. */
  readonly effects?: RunEffects;
  readonly requestedAt: Instant;
  readonly requestedBy: string;
  readonly correlationId: string;
  /** When execution began, the last time it did. */
  readonly startedAt?: Instant;
  readonly finishedAt?: Instant;
}

/** One version of what is desired. */
export interface Revision {
  readonly desired: DesiredState;
  readonly createdAt: Instant;
  /** When a run to it completed last. Only such a revision can be gone back to. */
  readonly completedAt?: Instant;
}

/** A deployment that exists, or existed. */
export interface Deployment {
  readonly deploymentId: string;
  readonly createdAt: Instant;
  /** By number, from 1. */
  readonly revisions: Readonly<Record<string, Revision>>;
  /** The newest number given out. */
  readonly latestRevision: number;
  /** The revision that the world was last brought to; absent before the first completed run and after a destroy. */
  readonly currentRevision?: number;
  /** Revisions in the order in which they became current, the newest last. */
  readonly completed: readonly number[];
  /** What the engines left, whatever became of the runs. */
  readonly applied: AppliedUnit[];
  readonly outputs: Record<string, Json>;
  /** Of what is applied, by the plan of the last run that got through. Absent: nothing was priced. */
  readonly costPerMonth?: number;
  /** What approved runs may have made it cost, until one gets through or is undone. */
  readonly approvedCostPerMonth?: number;
  /** The newest run. At most this one is active. */
  readonly run?: Run;
  /** Runs before it, the newest last. */
  readonly settled: readonly Run[];
  /** Set while the deployment shall go. */
  readonly deletion?: { readonly runId: string; readonly reason: string };
  /** A run to be requested once the active one has settled. */
  readonly deferred?: { readonly runId: string; readonly kind: 'update' | 'remediate'; readonly reason: string };
  /** A scan to be asked for once tools have stopped. */
  readonly deferredScan?: { readonly scanId: string; readonly autoRemediate: boolean };
  /** The newest run that puts drift right; `told`: how it settled, as the scan was told. Gone once it is verified. */
  readonly remediation?: { readonly scanId: string; readonly runId: string; readonly told?: RunState };
  readonly deleted: boolean;
}

/** What a deployment's stream folds to. */
export interface DeploymentState {
  /** Events folded: the version of the stream. */
  readonly version: number;
  readonly deployment?: Deployment;
}

/** The state before the first event. */
export const NO_DEPLOYMENT: DeploymentState = { version: 0 };

/** Whether machines have to wait: a run failed whose deployment leaves it to a person what follows. */
export function waitsForPerson({ run }: Deployment): boolean {
  return run?.paused === true && run.state === 'failed';
}

/** What has to be paid each month, whatever becomes of the run under way. */
export function committedCost({ approvedCostPerMonth = 0, costPerMonth = 0, deleted }: Deployment): number {
  return deleted ? 0 : Math.max(costPerMonth, approvedCostPerMonth);
}

/** The revisions that a rollback may go to, the lowest first. */
export function completedRevisions(deployment: Deployment): readonly number[] {
  return Object.entries(deployment.revisions)
    .filter(([, revision]) => revision.completedAt !== undefined)
    .map(([number]) => Number(number))
    .sort((left, right) => left - right);
}
