import type { DriftPolicy } from '@caisson/contracts';

/** What can have happened to the drift policy of a tenant. */
export interface PolicyEvent {
  readonly type: 'PolicyReplaced';
  /** From 2: version 1 comes with Caisson. */
  readonly version: number;
  readonly digest: string;
  readonly content: DriftPolicy;
  /** Principal id. */
  readonly replacedBy: string;
}
