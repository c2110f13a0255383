import { runProcess } from '@caisson/service';
import { executorService } from './index.js';

/** Runs the service as this process, until it is told to stop. */
export function run(stopTracing: () => Promise<void>): Promise<void> {
  return runProcess(executorService, process.env, stopTracing);
}
