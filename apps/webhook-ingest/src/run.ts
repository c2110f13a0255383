import { runProcess } from '@caisson/service';
import { webhookIngestService } from './index.js';

/** Runs the service as this process, until it is told to stop. */
export function run(stopTracing: () => Promise<void>): Promise<void> {
  return runProcess(webhookIngestService, process.env, stopTracing);
}
