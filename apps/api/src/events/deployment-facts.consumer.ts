import type { PublicEvent } from '@caisson/contracts';
import { DEPLOYMENT_REACTS_TO, ReactToFact } from '@caisson/deployment';
import { EventsOf } from '@caisson/messaging-kafka';
import type { Logger } from '@caisson/observability';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { LOG } from '../tokens.js';

/**
 * Planner, executor, drift detector and webhooks → deployments. Facts come at least once and in order per stream; a
 * fact that came before changes nothing. A refusal is final and only logged; a fault brings the fact back.
 */
@Controller()
export class DeploymentFactsConsumer {
  constructor(
    private readonly reactToFact: ReactToFact,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  @EventsOf(DEPLOYMENT_REACTS_TO)
  async onFact(@Payload() event: PublicEvent): Promise<void> {
    for (const handled of await this.reactToFact.execute(event)) {
      if (handled.outcome === 'accepted') continue;
      const { code } = handled.rejection;
      this.log.info({ code, type: event.type, eventId: event.id, stream: event.subject }, 'a fact came to nothing');
    }
  }
}
