import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { topicOf, type PublicEvent } from '@caisson/contracts';
import type { Delivery } from '@caisson/event-sourcing';
import { acceptPlanRequest } from '@caisson/planning';

/**
 * Deployment → planner: a run that asks for a plan becomes a job, recorded with the position. Nothing is planned
 * here.
 */
@Controller()
export class PlanRequestsConsumer {
  /** Hears every fact about deployments; only requests to plan concern it. */
  @EventPattern(topicOf('deployment'))
  onDeploymentFact(@Payload() event: PublicEvent, @Ctx() delivery: Delivery): void {
    const job = acceptPlanRequest(event);
    if (job !== undefined) delivery.enqueue(job);
  }
}
