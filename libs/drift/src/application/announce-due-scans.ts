import { eventTypeOf } from '@caisson/contracts';
import { NO_STREAM, type CommandRuntime } from '@caisson/event-sourcing';
import { deterministicId, type IdGenerator } from '@caisson/kernel';
import { turnAfterTaken } from '../domain/schedule.js';
import type { DueSchedules, ScheduledTurn } from './due-schedules.js';
import type { ReadCron } from './manage-schedule.js';

/** Turns that are taken at once: what came due while nobody looked is worked off in portions. */
export const DUE_TURNS_MAX = 500;

/** What announcing needs. */
export interface AnnounceDueScansPorts {
  readonly runtime: CommandRuntime;
  readonly schedules: DueSchedules;
  readonly readCron: ReadCron;
  readonly ids: IdGenerator;
}

/** States as facts which scheduled scans are due; who owns the deployment asks for each, now or after its run. */
export class AnnounceDueScans {
  constructor(private readonly ports: AnnounceDueScansPorts) {}

  /**
   * Takes the turns that have come, a portion of them. Repeated after a crash it states nothing twice: a turn has a
   * stream of its own. However many schedules there are, it costs one read, the appends of what is due, which travel
   * together, and one write.
   *
   * @returns how many were due.
   */
  async execute(): Promise<number> {
    const { schedules } = this.ports;
    const due = await schedules.due(DUE_TURNS_MAX);
    await Promise.all(due.map((turn) => this.#announce(turn)));
    if (due.length > 0) await schedules.moveOn(due.map((turn) => this.#next(turn)));
    return due.length;
  }

  async #announce(turn: ScheduledTurn): Promise<void> {
    const { ids, runtime } = this.ports;
    const { autoRemediate, baseAt = '', deploymentId, dueAt = '', tenantId } = turn;
    const scanId = deterministicId('scheduled-scan', tenantId, deploymentId, baseAt);
    const correlationId = ids.next();
    const data = { deploymentId, scanId, autoRemediate, dueAt };
    await runtime.store.append({
      stream: { tenantId, streamId: `scan_due-${scanId}` },
      expected: NO_STREAM, // The answer does not matter: whatever it is, the turn is recorded.
      context: {
        commandId: scanId,
        correlationId,
        causationId: correlationId,
        actor: `service:${runtime.service}`,
        service: runtime.service,
        occurredAt: runtime.clock.now(),
      },
      events: [{ type: 'ScanDue', schemaVersion: 1, data, publicForm: { type: eventTypeOf('drift', 'scan-due') } }],
    });
  }

  #next(turn: ScheduledTurn): ScheduledTurn {
    const reading = this.ports.readCron(turn);
    const now = this.ports.runtime.clock.now();
    const next =
      reading.outcome === 'unknown' || turn.baseAt === undefined
        ? undefined
        : turnAfterTaken(reading, turn, { taken: turn.baseAt, now });
    return { ...turn, baseAt: next?.baseAt, dueAt: next?.dueAt };
  }
}
