import type { DriftItem, Failure, RunKind, RunState } from '@caisson/contracts';

/** A deployment as the API shows it. */
export interface DeploymentResource {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly status: string;
  readonly revision: number;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

/** A run as the API shows it. */
export interface RunResource {
  readonly id: string;
  readonly deploymentId: string;
  readonly kind: RunKind;
  readonly state: RunState;
  readonly revision: number;
  readonly planDigest?: string;
  /** 0 to 100; never falls. */
  readonly progress: number;
  readonly failure?: Failure;
  readonly [member: string]: unknown;
}

/** A task of a run as the API shows it. */
export interface TaskResource {
  readonly id: string;
  readonly unitId: string;
  readonly state: string;
  readonly attempt: number;
  readonly [member: string]: unknown;
}

/** The answer to a command that concerns a run. */
export interface RunCommandAnswer {
  readonly deployment?: DeploymentResource;
  readonly run: RunResource;
}

/** A drift report as the API shows it. */
export interface DriftReportResource {
  readonly id: string;
  readonly deploymentId: string;
  readonly status: string;
  readonly items: readonly DriftItem[];
  readonly unreadable: readonly { readonly unitId: string; readonly reason: string }[];
  readonly [member: string]: unknown;
}

/** One line of a history: a recorded fact with its ids. */
export interface HistoryEntry {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly time: string;
  readonly actor: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly sequence: number;
  readonly data: Readonly<Record<string, unknown>>;
}
