import { readCron } from '@caisson/cron';
import { AnnounceDueScans, FollowRemediations, FollowSchedules } from '@caisson/drift';
import type { EngineRegistry } from '@caisson/engine';
import { PostgresSchedules } from '@caisson/schedules-postgres';
import type { ServiceFrame } from '@caisson/service';
import { Module, type DynamicModule } from '@nestjs/common';
import { ScanRequestsConsumer } from './events/scan-requests.consumer.js';
import type { DriftDetectorSettings } from './settings.js';
import { remediationWorker } from './worker/remediation-worker.js';
import { scanWorker } from './worker/scan-worker.js';
import { scheduleLoop } from './worker/schedule-loop.js';

/** The drift detector: hears requests, looks at the clock, runs scans. The only place where its ports meet. */
@Module({})
export class DriftDetectorModule {
  /** Composes the service from its frame and the engines of this installation. */
  static register(frame: ServiceFrame<DriftDetectorSettings>, engines: EngineRegistry): DynamicModule {
    const schedules = new PostgresSchedules(frame.database);
    frame.runInBackground('drift scans', scanWorker(frame, engines));
    frame.runInBackground('drift remediations', remediationWorker(frame));
    frame.runInBackground(
      'drift schedules',
      scheduleLoop(frame, new AnnounceDueScans({ ...frame, schedules, readCron })),
    );
    return {
      module: DriftDetectorModule,
      controllers: [ScanRequestsConsumer],
      providers: [
        { provide: FollowRemediations, useValue: new FollowRemediations(frame.runtime) },
        { provide: FollowSchedules, useValue: new FollowSchedules({ schedules, readCron, clock: frame.clock }) },
      ],
    };
  }
}
