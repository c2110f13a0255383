import type { Instant } from '@caisson/kernel';

/** A schedule, and its next turn. */
export interface ScheduledTurn {
  readonly tenantId: string;
  readonly deploymentId: string;
  /** Version of the schedule's stream: an older one never replaces a newer one. */
  readonly version: number;
  readonly cron: string;
  readonly timeZone: string;
  readonly spreadMinutes?: number | undefined;
  readonly autoRemediate: boolean;
  readonly baseAt?: Instant | undefined;
  /** Absent: its turns are over. */
  readonly dueAt?: Instant | undefined;
}

/** The schedules of all tenants by what is due next. Follows from the facts about schedules. */
export interface DueSchedules {
  put(turn: ScheduledTurn): Promise<void>;
  /** Has no turns from this version on, and stays so for older ones that are told later. */
  remove(schedule: Pick<ScheduledTurn, 'tenantId' | 'deploymentId' | 'version'>): Promise<void>;
  /** Those whose turn has come, the longest due first. */
  due(limit: number): Promise<readonly ScheduledTurn[]>;
  /** Moves schedules on to their next turns; those that were set anew meanwhile stay as they are. */
  moveOn(turns: readonly ScheduledTurn[]): Promise<void>;
}
