import { decodeEvent, parseEventType, type PublicEvent } from '@caisson/contracts';
import type { Clock } from '@caisson/kernel';
import { nextTurn } from '../domain/schedule.js';
import type { DueSchedules } from './due-schedules.js';
import type { ReadCron } from './manage-schedule.js';

/** Facts of other streams come in any order: nothing that was said of the schedule revives it after this. */
const FOR_EVER = Number.MAX_SAFE_INTEGER;

/** What following needs. */
export interface FollowSchedulesPorts {
  readonly schedules: DueSchedules;
  readonly readCron: ReadCron;
  readonly clock: Clock;
}

/** Keeps the table of what is due in step with the facts about schedules and deployments. Safe to repeat. */
export class FollowSchedules {
  constructor(private readonly ports: FollowSchedulesPorts) {}

  /** @throws ZodError for data that fits no schema: the event is parked; and what the table throws. */
  async onFact(event: PublicEvent): Promise<void> {
    const context = parseEventType(event.type)?.context;
    if (context === 'drift') await this.#onDriftFact(event);
    if (context === 'deployment') await this.#onDeploymentFact(event);
  }

  async #onDriftFact(event: PublicEvent): Promise<void> {
    const decoded = decodeEvent('drift', event);
    const { tenantId } = event;
    if (decoded?.fact === 'schedule-removed') {
      const { deploymentId } = decoded.data;
      await this.ports.schedules.remove({ tenantId, deploymentId, version: event.sequence });
    }
    if (decoded?.fact !== 'schedule-set') return;
    const reading = this.ports.readCron(decoded.data);
    if (reading.outcome === 'unknown') return; // It was understood when it was set; it cannot be followed here.
    const turn = nextTurn(reading, decoded.data, this.ports.clock.now());
    await this.ports.schedules.put({ tenantId, version: event.sequence, ...decoded.data, ...turn });
  }

  /** A deployment that is gone is not scanned any more. */
  async #onDeploymentFact(event: PublicEvent): Promise<void> {
    const decoded = decodeEvent('deployment', event);
    if (decoded?.fact !== 'deployment-deleted') return;
    const { deploymentId } = decoded.data;
    await this.ports.schedules.remove({ tenantId: event.tenantId, deploymentId, version: FOR_EVER });
  }
}
