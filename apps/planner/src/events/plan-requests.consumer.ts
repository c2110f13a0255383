import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { PublicEvent } from '@caisson/contracts';
import type { Delivery } from '@caisson/event-sourcing';
import { EventsOf } from '@caisson/messaging-kafka';
import { acceptPlanRequest, PLANNING_REACTS_TO } from '@caisson/planning';

/**
 * Deployment → planner: a run that asks for a plan becomes a job, recorded with the position. Nothing is planned
 * here.
 */
@Controller()
export class PlanRequestsConsumer {
  @EventsOf(PLANNING_REACTS_TO)
  onDeploymentFact(@Payload() event: PublicEvent, @Ctx() delivery: Delivery): void {
    const job = acceptPlanRequest(event);
    if (job !== undefined) delivery.enqueue(job);
  }
}
