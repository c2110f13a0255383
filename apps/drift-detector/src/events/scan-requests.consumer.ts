import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { PublicEvent } from '@caisson/contracts';
import { acceptScanRequest } from '@caisson/drift';
import type { Delivery } from '@caisson/event-sourcing';
import { EventsOf } from '@caisson/messaging-kafka';

/** Deployment → drift detector: a requested scan becomes a job, recorded with the position. Nothing runs here. */
@Controller()
export class ScanRequestsConsumer {
  /** Hears every fact about deployments; only scan requests concern it. */
  @EventsOf('deployment')
  onDeploymentFact(@Payload() event: PublicEvent, @Ctx() delivery: Delivery): void {
    const job = acceptScanRequest(event);
    if (job !== undefined) delivery.enqueue(job);
  }
}
