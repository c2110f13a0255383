import type { Instant } from '@caisson/kernel';

/** How a provider looked in one scan of one deployment. */
export interface Look {
  readonly scanId: string;
  readonly deploymentId: string;
  /** `unreadable`: at least half of its units; `mass-drift`: more of what it made differs than the policy believes. */
  readonly verdict: 'healthy' | 'unreadable' | 'mass-drift';
  readonly at: Instant;
}

/** What can have happened to the breaker of a provider. */
export type BreakerEvent =
  | {
      readonly type: 'LookRecorded';
      readonly provider: string;
      readonly look: Look;
      /** Older looks do not count any more. */
      readonly forgetBefore: Instant;
    }
  | { readonly type: 'BreakerOpened'; readonly provider: string; readonly reason: string; readonly at: Instant }
  | {
      readonly type: 'BreakerClosed';
      readonly provider: string;
      readonly reason: string;
      /** Absent: a quorum of deployments that were well. */
      readonly closedBy?: string;
      readonly at: Instant;
    };
