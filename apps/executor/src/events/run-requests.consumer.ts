import type { PublicEvent } from '@caisson/contracts';
import type { Delivery } from '@caisson/event-sourcing';
import { EXECUTION_REACTS_TO, jobFor } from '@caisson/execution';
import { EventsOf } from '@caisson/messaging-kafka';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';

/**
 * Deployment and deliveries → executor: what is to be executed, undone, stopped or woken becomes a job, recorded with
 * the position.
 */
@Controller()
export class RunRequestsConsumer {
  /** Nothing runs here: a tool may take an hour, a consumer may not. */
  @EventsOf(EXECUTION_REACTS_TO)
  onFact(@Payload() event: PublicEvent, @Ctx() delivery: Delivery): void {
    const job = jobFor(event);
    if (job !== undefined) delivery.enqueue(job);
  }
}
