import { Module, type DynamicModule } from '@nestjs/common';
import type { EngineRegistry } from '@caisson/engine';
import type { ServiceFrame } from '@caisson/service';
import { ScanRequestsConsumer } from './events/scan-requests.consumer.js';
import type { DriftDetectorSettings } from './settings.js';
import { scanWorker } from './worker/scan-worker.js';

/** The drift detector: hears requests, runs scans. The only place where its ports meet. */
@Module({})
export class DriftDetectorModule {
  /** Composes the service from its frame and the engines of this installation. */
  static register(frame: ServiceFrame<DriftDetectorSettings>, engines: EngineRegistry): DynamicModule {
    frame.runInBackground('drift scans', scanWorker(frame, engines));
    return { module: DriftDetectorModule, controllers: [ScanRequestsConsumer] };
  }
}
