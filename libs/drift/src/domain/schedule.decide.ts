import { accept, unreachable, type Decider } from '@caisson/kernel';

/** When a deployment is scanned. */
export interface ScanSchedule {
  /** Five fields. */
  readonly cron: string;
  /** A name of the IANA database. */
  readonly timeZone: string;
  readonly autoRemediate: boolean;
  readonly spreadMinutes?: number | undefined;
}

/** What can be asked of the schedule of a deployment. It is checked already. */
export type ScheduleCommand =
  | { readonly type: 'SetSchedule'; readonly deploymentId: string; readonly schedule: ScanSchedule }
  | { readonly type: 'RemoveSchedule'; readonly deploymentId: string };

/** What can have happened to it. */
export type ScheduleEvent =
  | ({ readonly type: 'ScheduleSet'; readonly deploymentId: string } & ScanSchedule)
  | { readonly type: 'ScheduleRemoved'; readonly deploymentId: string };

/** What holds; nothing when the deployment has none. */
export interface ScheduleState {
  readonly schedule?: ScanSchedule;
}

/** The decision model of one deployment's schedule. What holds already, asked again, changes nothing. */
export const scheduleDecider: Decider<ScheduleState, ScheduleCommand, ScheduleEvent, never> = {
  initialState: {},
  decide: ({ schedule }, command) => {
    const { deploymentId } = command;
    switch (command.type) {
      case 'SetSchedule':
        return schedule !== undefined && isSame(schedule, command.schedule)
          ? accept()
          : accept({ type: 'ScheduleSet', deploymentId, ...command.schedule });
      case 'RemoveSchedule':
        return schedule === undefined ? accept() : accept({ type: 'ScheduleRemoved', deploymentId });
      default:
        return unreachable(command, 'schedule command');
    }
  },
  evolve: (_state, event) => {
    if (event.type === 'ScheduleRemoved') return {};
    const { type: _type, deploymentId: _deployment, ...schedule } = event;
    return { schedule };
  },
};

function isSame(one: ScanSchedule, other: ScanSchedule): boolean {
  return (
    one.cron === other.cron &&
    one.timeZone === other.timeZone &&
    one.autoRemediate === other.autoRemediate &&
    one.spreadMinutes === other.spreadMinutes
  );
}
