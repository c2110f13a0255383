import type { PublicEvent } from '@caisson/contracts';
import { DRIFT_QUEUE, ManageBreakers, ManageIgnores, RunScan, StoredPolicies } from '@caisson/drift';
import type { EngineRegistry } from '@caisson/engine';
import { followCause } from '@caisson/observability';
import { jobLoop, type BackgroundLoop, type ServiceFrame } from '@caisson/service';
import type { DriftDetectorSettings } from '../settings.js';
import { scanTelemetry } from './scan-telemetry.js';

/** A scan that fails for a reason unknown to us is given up after so many tries, and stays to be looked at. */
const ATTEMPTS_MAX = 5;

/** Reading may be cut off at any time, so a stopping service does not wait long for it. */
const DRAIN_MS = 2_000;

/** The loop that runs requested scans. */
export function scanWorker(frame: ServiceFrame<DriftDetectorSettings>, engines: EngineRegistry): BackgroundLoop {
  const { log, settings } = frame;
  const policies = new StoredPolicies(frame.documents);
  const runScan = new RunScan({
    runtime: frame.runtime,
    locks: frame.locks,
    engines,
    breakers: new ManageBreakers(frame.runtime, frame.documents),
    ignores: new ManageIgnores(frame.runtime, frame.documents, policies),
    policies,
    log: (line) => log.debug({ line }, 'a tool said'),
  });
  const telemetry = scanTelemetry(frame.metrics);
  return jobLoop(frame, {
    queue: DRIFT_QUEUE,
    concurrencyMax: settings.driftScansMax,
    attemptsMax: ATTEMPTS_MAX,
    drainMs: DRAIN_MS,
    handle: async (job, control) => {
      const event = job.payload as unknown as PublicEvent;
      const scan = await followCause(event, { name: 'scan' }, () => runScan.execute(job, control.signal));
      telemetry(scan);
      return { outcome: 'done' };
    },
  });
}
