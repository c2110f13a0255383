import { Module, type DynamicModule } from '@nestjs/common';
import type { ServiceFrame } from '@caisson/service';
import { PlanRequestsConsumer } from './events/plan-requests.consumer.js';
import { loadPlanner } from './load-planner.js';
import type { PlannerSettings } from './settings.js';
import { planWorker, type PlanningEngines } from './worker/plan-worker.js';

/** The planner: hears requests, computes plans. The only place where its ports meet. */
@Module({})
export class PlannerModule {
  /**
   * Composes the service from its frame and the engines of this installation.
   *
   * @throws Fault as `loadPlanner` does.
   */
  static async register(frame: ServiceFrame<PlannerSettings>, engines: PlanningEngines): Promise<DynamicModule> {
    const makePlanner = await loadPlanner(frame.settings.planner);
    frame.runInBackground('plannings', planWorker(frame, engines, makePlanner));
    return { module: PlannerModule, controllers: [PlanRequestsConsumer] };
  }
}
