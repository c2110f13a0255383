import type { PublicEvent } from '@caisson/contracts';
import { acceptScanRequest, DRIFT_REACTS_TO, FollowRemediations, FollowSchedules } from '@caisson/drift';
import type { Delivery } from '@caisson/event-sourcing';
import { EventsOf } from '@caisson/messaging-kafka';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';

/**
 * A requested scan becomes a job, recorded with the position; schedules, rows of what is due; remediations, notes in
 * their scans. Nothing runs here.
 */
@Controller()
export class ScanRequestsConsumer {
  constructor(
    private readonly followSchedules: FollowSchedules,
    private readonly followRemediations: FollowRemediations,
  ) {}

  @EventsOf(DRIFT_REACTS_TO)
  async onFact(@Payload() event: PublicEvent, @Ctx() delivery: Delivery): Promise<void> {
    const job = acceptScanRequest(event);
    if (job !== undefined) delivery.enqueue(job);
    await this.followSchedules.onFact(event);
    await this.followRemediations.onFact(event);
  }
}
