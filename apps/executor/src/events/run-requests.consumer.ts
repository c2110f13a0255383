import type { PublicEvent } from '@caisson/contracts';
import type { Delivery } from '@caisson/event-sourcing';
import { jobFor } from '@caisson/execution';
import { EventsOf } from '@caisson/messaging-kafka';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';

/**
 * Deployment and deliveries → executor: what is to be executed, undone, stopped or woken becomes a job, recorded with
 * the position.
 */
@Controller()
export class RunRequestsConsumer {
  /** Hears every fact about deployments. Nothing runs here: a tool may take an hour, a consumer may not. */
  @EventsOf('deployment')
  onDeploymentFact(@Payload() event: PublicEvent, @Ctx() delivery: Delivery): void {
    const job = jobFor(event);
    if (job !== undefined) delivery.enqueue(job);
  }

  /** Hears of callbacks: what waits for one goes on. */
  @EventsOf('webhooks')
  onDelivery(@Payload() event: PublicEvent, @Ctx() delivery: Delivery): void {
    const job = jobFor(event);
    if (job !== undefined) delivery.enqueue(job);
  }
}
