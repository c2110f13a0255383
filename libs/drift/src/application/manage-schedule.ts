import { handleCommand, type CommandContext, type CommandRuntime } from '@caisson/event-sourcing';
import { closestTurnsMs, TURN_DISTANCE_MS_MIN, type CronTimes } from '../domain/schedule.js';
import type { ScanSchedule } from '../domain/schedule.decide.js';
import { scheduleAggregate } from './schedule.aggregate.js';

/** What an expression means, or which part of it nobody understands. */
export type ReadCron = (
  text: Pick<ScanSchedule, 'cron' | 'timeZone'>,
) =>
  | ({ readonly outcome: 'understood' } & CronTimes)
  | { readonly outcome: 'unknown'; readonly member: 'cron' | 'timeZone'; readonly detail: string };

/** Why a schedule is refused. */
export interface ScheduleProblem {
  readonly member: 'cron' | 'timeZone';
  readonly detail: string;
}

/** Whose schedule. */
export interface ScheduleRequest {
  readonly deploymentId: string;
  readonly context: CommandContext;
}

/** Which schedule a deployment gets. */
export interface SetScheduleInput extends ScheduleRequest {
  readonly schedule: ScanSchedule;
}

/** Sets and removes the schedules by which deployments are scanned. */
export class ManageSchedule {
  constructor(
    private readonly runtime: CommandRuntime,
    private readonly readCron: ReadCron,
  ) {}

  /**
   * Sets a schedule in place of what there was. Gives the reason when it cannot be followed.
   *
   * @throws Fault as `handleCommand` does.
   */
  async set(request: SetScheduleInput): Promise<ScheduleProblem | undefined> {
    const { context, deploymentId, schedule } = request;
    const problem = this.#problemOf(schedule);
    if (problem !== undefined) return problem;
    const command = { type: 'SetSchedule', deploymentId, schedule } as const;
    await handleCommand(this.runtime, scheduleAggregate, { id: deploymentId, command, context });
    return undefined;
  }

  /** Removes it; one that is not there is fine. */
  async remove({ context, deploymentId }: ScheduleRequest): Promise<void> {
    const command = { type: 'RemoveSchedule', deploymentId } as const;
    await handleCommand(this.runtime, scheduleAggregate, { id: deploymentId, command, context });
  }

  #problemOf(schedule: ScanSchedule): ScheduleProblem | undefined {
    const reading = this.readCron(schedule);
    if (reading.outcome === 'unknown') return reading;
    const now = this.runtime.clock.now();
    if (reading.next(now) === undefined) {
      return { member: 'cron', detail: `"${schedule.cron}" names no moment that comes.` };
    }
    const closest = closestTurnsMs(reading, now);
    if (closest === undefined || closest >= TURN_DISTANCE_MS_MIN) return undefined;
    const minutes = TURN_DISTANCE_MS_MIN / 60_000;
    return {
      member: 'cron',
      detail: `Scans must be at least ${minutes} minutes apart, such as "*/${minutes} * * * *".`,
    };
  }
}
