import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { PublicEvent } from '@caisson/contracts';
import { acceptScanRequest, DRIFT_REACTS_TO } from '@caisson/drift';
import type { Delivery } from '@caisson/event-sourcing';
import { EventsOf } from '@caisson/messaging-kafka';

/** Deployment → drift detector: a requested scan becomes a job, recorded with the position. Nothing runs here. */
@Controller()
export class ScanRequestsConsumer {
  @EventsOf(DRIFT_REACTS_TO)
  onDeploymentFact(@Payload() event: PublicEvent, @Ctx() delivery: Delivery): void {
    const job = acceptScanRequest(event);
    if (job !== undefined) delivery.enqueue(job);
  }
}
