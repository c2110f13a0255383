import { eventTypeOf } from '@caisson/contracts';
import {
  unreadableEvent,
  type Aggregate,
  type DocumentContext,
  type NewDocument,
  type NewEvent,
  type RecordedEvent,
} from '@caisson/event-sourcing';
import type { JsonObject } from '@caisson/kernel';
import {
  scheduleDecider,
  type ScanSchedule,
  type ScheduleCommand,
  type ScheduleEvent,
  type ScheduleState,
} from '../domain/schedule.decide.js';

const SCHEMA_VERSION = 1;

/** Collection of the schedules, by deployment id. */
export const DRIFT_SCHEDULES = 'drift-schedule';

/** A schedule as it is read; one that was removed has none. */
export interface ScheduleView {
  readonly deploymentId: string;
  readonly schedule?: ScanSchedule & { readonly setAt: string };
}

/** How the schedule of a deployment is decided, stored in `drift_schedule-<deploymentId>` and shown. */
export const scheduleAggregate: Aggregate<ScheduleState, ScheduleCommand, ScheduleEvent, never> = {
  category: 'drift_schedule',
  decider: scheduleDecider,
  encode: ({ type, ...data }): NewEvent => {
    const fact = type === 'ScheduleSet' ? 'schedule-set' : 'schedule-removed';
    return {
      type,
      schemaVersion: SCHEMA_VERSION,
      data: { ...data },
      publicForm: { type: eventTypeOf('drift', fact), data: { ...data } },
    };
  },
  decode,
  documents: documentsOf,
};

function decode(recorded: RecordedEvent): ScheduleEvent {
  const { data, schemaVersion, type } = recorded;
  const isKnown = type === 'ScheduleSet' || type === 'ScheduleRemoved';
  if (!isKnown || schemaVersion !== SCHEMA_VERSION) throw unreadableEvent(recorded);
  return { ...(data as object), type } as ScheduleEvent;
}

function documentsOf(
  { schedule }: ScheduleState,
  events: readonly ScheduleEvent[],
  { occurredAt }: DocumentContext,
): readonly NewDocument[] {
  return events.slice(-1).map(({ deploymentId }) => {
    const shown = schedule === undefined ? {} : { schedule: { ...schedule, setAt: occurredAt } };
    const view: ScheduleView = { deploymentId, ...shown };
    return { collection: DRIFT_SCHEDULES, id: deploymentId, body: view as unknown as JsonObject };
  });
}
